// A host that is killed while its isolate is busy. Prints the isolate's pid.
import { isolate } from "process-isolation";

const { api } = await isolate("./jobs.mjs");
process.stdout.write(`${await api.pid()}\n`);
await api.spin();

// Another host: prints the name of its isolate's pipe.
import { isolate } from "process-isolation";

const { isolator } = await isolate("./jobs.mjs", { lane: "socket" });
console.log(isolator.address);
await isolator.shutdown();

// Under `tsx watch`: stays until it is started again.
import { isolate } from "process-isolation";

type Sample = { add: (left: number, right: number) => number };

const { api, isolator } = await isolate<Sample>(new URL("./sample.mjs", import.meta.url));
console.log(`1 + 2 = ${await api.add(1, 2)}, in process ${isolator.pid}`);
setInterval(() => {}, 1_000);

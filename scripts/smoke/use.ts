// A user's program in TypeScript: only its types are checked, against the installed package.
import { IsolationError, isolate, ProcessIsolator } from "process-isolation";

type Sample = {
  add: (left: number, right: number) => number;
  describe: () => { pid: number };
};

await using sample = await isolate<Sample>(new URL("./sample.mjs", import.meta.url));
const sum: number = await sample.api.add(1, 2);
const pid: number = (await sample.api.describe()).pid;
// @ts-expect-error: the arguments keep their types across the boundary
await sample.api.add("1", 2);

await using isolator = await ProcessIsolator.create({ name: "typed", restart: { maxRestarts: 2, withinMs: 1_000 } });
isolator.events.on("exited", ({ outcome }) => console.log(outcome.kind, outcome.stderrTail));
const code: number = await isolator.invokeMethod("./sample.mjs", "SampleClass.method", ["return3"]);
try {
  await isolator.invoke("./sample.mjs", "fail", []);
} catch (error) {
  if (IsolationError.is(error) && error.code === "CRASHED") console.log(error.facts.pid, sum, pid, code);
}

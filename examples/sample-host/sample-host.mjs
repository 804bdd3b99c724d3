// Runs a method in an isolated process and prints all that happens to the process.
//
//   node examples/sample-host/sample-host.mjs --restart --max-restarts 1 -- crash
import { parseArgs } from "node:util";
import { ProcessIsolator } from "process-isolation";

const USAGE = `Usage: sample-host [options] [-- arguments of the method]

  -a, --module PATH         call a method of this module (default: the sample library)
  -m, --method NAME         the method's export path (default: SampleClass.method)
      --restart             start the process again when it crashes, and run the call again
      --max-restarts NUMBER give up after so many restarts (default: 10)
      --die-on-crash        end with the process, with its exit code
      --debug               the process waits for a debugger
      --log-level LEVEL     silent, error, warn, info or debug (default: silent)
  -h, --help                show this text`;

const { values, positionals: args } = parseArgs({
  allowPositionals: true,
  options: {
    module: { type: "string", short: "a", default: new URL("../sample-lib/sample-lib.js", import.meta.url).href },
    method: { type: "string", short: "m", default: "SampleClass.method" },
    restart: { type: "boolean", default: false },
    "max-restarts": { type: "string", default: "10" },
    "die-on-crash": { type: "boolean", default: false },
    debug: { type: "boolean", default: false },
    "log-level": { type: "string", default: "silent" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}

const isolator = await ProcessIsolator.create({
  restart: values.restart && { maxRestarts: Number(values["max-restarts"]) },
  onCrash: values["die-on-crash"] ? "exit-host" : "restart",
  debug: values.debug,
  logLevel: /** @type {import("process-isolation").LogLevel} */ (values["log-level"]),
});

isolator.events
  .on("started", ({ pid }) => console.log(`STARTED ${pid}`))
  .on("startFailed", ({ generation, error }) => console.log(`START FAILED: generation ${generation}, ${error.message}`))
  .on("exited", ({ pid, outcome }) => console.log(`EXIT: ${pid} ${outcome.description}`))
  .on("restarting", ({ generation, delayMs }) => console.log(`RESTARTING: generation ${generation} in ${delayMs} ms`))
  .on("restarted", ({ generation, pid }) => console.log(`RESTARTED ${pid}: generation ${generation}`))
  .on("restartsExhausted", ({ restarts }) => console.log(`RESTARTS EXHAUSTED after ${restarts}`))
  .on("debugger", ({ url }) => console.log(`DEBUGGER: ${url}`))
  .on("stdout", ({ line }) => console.log(`PIHOST> ${line}`))
  .on("stderr", ({ line }) => console.error(`PIHOST> ${line}`));

try {
  const result = await isolator.invokeMethod(values.module, values.method, args, { idempotent: values.restart });
  console.log(`RESULT: ${result}`);
  process.exitCode = result;
} catch (error) {
  console.log(`EXCEPTION: ${error}`);
  process.exitCode = 1;
}
await isolator.shutdown({ reason: "done" });
console.log("COMPLETE");

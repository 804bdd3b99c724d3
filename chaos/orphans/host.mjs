// A host that is about to be killed: brings its child into a situation, and says so.
import { fileURLToPath } from "node:url";
import { ProcessIsolator } from "process-isolation";

const OCCUPATIONS = fileURLToPath(new URL("../modules/occupations.mjs", import.meta.url));

/** @type {import("./situations.mjs").Situation & { mark: string, cwd: string }} */
const { special, method = "nothing", options: own, mark, cwd } = JSON.parse(/** @type {string} */ (process.argv[2]));
const options = { ...own, cwd, env: { CHAOS_MARK: mark } };
const say = (/** @type {string} */ word) => process.stdout.write(`${word}\n`);

if (special === "sweeping") {
  await (await ProcessIsolator.create(options)).shutdown();
  process.exit();
}
if (special === "starting") {
  say("ready");
  for (;;) await (await ProcessIsolator.create(options)).terminate();
}
const count = special === "several" ? 3 : 1;
const isolators = await Promise.all(
  Array.from({ length: count }, (_, index) =>
    ProcessIsolator.create({ ...options, standby: special === "several" ? index % 3 : 0 }),
  ),
);
await Promise.all(isolators.map((isolator) => isolator.invoke(OCCUPATIONS, method)));
if (special === "stopped") for (const { pid } of isolators) process.kill(pid, "SIGSTOP");
// What begins after the answer has begun.
setTimeout(say, 100, "ready");
setInterval(() => {}, 1_000);

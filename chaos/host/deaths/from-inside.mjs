import { fileURLToPath } from "node:url";
import { expectAnswer } from "../calls/call-kind.mjs";
import { recordCall } from "../record-call.mjs";

const DEATHS = fileURLToPath(new URL("../../modules/deaths.mjs", import.meta.url));

/** Calls that together are more than a pipe holds, each too small for shared memory. */
const FILLING_CALLS = 40;
const FILLING_LENGTH = 16_000;

let deaths = 0;

/** A call that its process does not survive. @param {string} kind @param {string} method @param {readonly unknown[]} args */
const call =
  (kind, method, args = []) =>
  (/** @type {import("./death.mjs").Subject} */ subject) => {
    deaths += 1;
    const key = `${subject.episode}/${subject.name}/death/${deaths}`;
    const record = { key, kind: "deadly", isolate: subject.name };
    return recordCall(subject.ledger, record, async () => {
      await subject.isolator.invoke(DEATHS, method, [kind, ...args]);
      return {};
    });
  };

/** Its event loop is blocked while the host writes on: the pipe between them is full, and calls wait on both of its ends. */
async function blockAndFill(/** @type {import("./death.mjs").Subject} */ subject) {
  const { name, episode, isolator, ledger, work } = subject;
  const blocked = call("event loop blocked, pipe full", "block")(subject);
  const filling = Array.from({ length: FILLING_CALLS }, (_, index) => {
    deaths += 1;
    const [kind, idempotent] = index % 2 === 0 ? ["filling", false] : ["filling, idempotent", true];
    const key = `${episode}/${name}/filling/${deaths}`;
    return recordCall(ledger, { key, kind, isolate: name }, async () => {
      const text = "x".repeat(FILLING_LENGTH);
      expectAnswer(await isolator.invoke(work, "measure", [key, text], { idempotent }), FILLING_LENGTH);
      return {};
    });
  });
  await Promise.all([blocked, ...filling]);
}

/** What a module does to its own process. @type {readonly import("./death.mjs").Death[]} */
export const DEATHS_FROM_INSIDE = [
  { name: "exit(0)", weight: 6, strike: call("exit(0)", "exit", [0]) },
  { name: "exit(3)", weight: 5, strike: call("exit(3)", "exit", [3]) },
  { name: "throw outside a call", weight: 5, strike: call("throw outside a call", "throwOutside") },
  { name: "unhandled rejection", weight: 5, strike: call("unhandled rejection", "rejectUnhandled") },
  { name: "SIGSEGV, own", weight: 3, strike: call("SIGSEGV, own", "killSelf", ["SIGSEGV"]) },
  { name: "abort()", weight: 3, strike: call("abort()", "abort") },
  { name: "heap OOM", weight: 2, strike: call("heap OOM", "exhaustHeap") },
  {
    name: "event loop blocked",
    weight: 4,
    fits: ({ options }) => options.unresponsiveAfterMs !== undefined,
    strike: call("event loop blocked", "block"),
  },
  {
    name: "event loop blocked, pipe full",
    weight: 3,
    fits: ({ options }) => options.unresponsiveAfterMs !== undefined,
    strike: blockAndFill,
  },
];

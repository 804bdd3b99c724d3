// Calls from isolate to isolate, beside calls from the host, and beside Moleculer between two Node processes.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Kernel } from "process-isolation/kernel";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";
import { callsPerSecond, loneMicroseconds } from "./load.mjs";

const LONE = 3_000;
const MANY = 40_000;
const MOLECULER_MANY = 4_000;

const file = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @param {number} rounds @returns {Promise<import("./main.mjs").Row[]>} */
export async function compareCalls(rounds) {
  const kernel = await Kernel.start({
    isolates: { store: { module: file("store.mjs") }, caller: { module: file("caller.mjs"), uses: ["store"] } },
  });
  const moleculer = await startMoleculer();
  const { api: store } = /** @type {import("process-isolation/kernel").KernelIsolate<typeof import("./store.mjs")>} */ (
    kernel.isolate("store")
  );
  const { api: caller } =
    /** @type {import("process-isolation/kernel").KernelIsolate<typeof import("./caller.mjs")>} */ (
      kernel.isolate("caller")
    );
  const add = (/** @type {number} */ a, /** @type {number} */ b) => store.add(a, b);
  const lone = await interleave(
    [
      { name: "host", measure: () => loneMicroseconds(add, LONE) },
      { name: "isolate", measure: () => caller.lone(LONE) },
    ],
    rounds,
  );
  const many = await interleave(
    [
      { name: "host", measure: () => callsPerSecond(add, MANY, 64) },
      { name: "isolate", measure: () => caller.many(MANY, 64) },
      { name: "moleculer", measure: () => moleculer.measure(MOLECULER_MANY, 64) },
    ],
    rounds,
  );
  await moleculer.stop();
  await kernel.shutdown();
  const of = (/** @type {typeof lone} */ { samples }, /** @type {string} */ name) =>
    median(samples[name] ?? [Number.NaN]);
  return [
    {
      what: "isolate → isolate, lone p50, µs",
      ours: of(lone, "isolate"),
      peer: "host → isolate",
      theirs: of(lone, "host"),
      goal: "≤ 2.2×",
    },
    {
      what: "isolate → isolate, 64 at once, /s",
      ours: of(many, "isolate"),
      peer: "host → isolate",
      theirs: of(many, "host"),
      goal: "≥ 0.5×",
    },
    {
      what: "isolate → isolate, 64 at once, /s",
      ours: of(many, "isolate"),
      peer: "Moleculer 0.15, TCP",
      theirs: of(many, "moleculer"),
      goal: "≥ 20×",
    },
  ];
}

/** Two Node processes with a broker each, which find each other over Moleculer's TCP transporter. */
async function startMoleculer() {
  const server = fork(file("moleculer-node.mjs"), ["server"]);
  const [{ port }] = await once(server, "message");
  const client = fork(file("moleculer-node.mjs"), ["client", String(port)]);
  await once(client, "message");
  return {
    measure: async (/** @type {number} */ count, /** @type {number} */ concurrency) => {
      const answer = once(client, "message");
      client.send({ count, concurrency });
      const [{ rate }] = await answer;
      return /** @type {number} */ (rate);
    },
    stop: async () => {
      const ends = [server, client].map((child) => once(child, "exit"));
      for (const child of [client, server]) child.kill("SIGKILL");
      await Promise.all(ends);
    },
  };
}

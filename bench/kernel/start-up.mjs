// The start of a kernel of 20 isolates in a four-level graph, beside 20 bare Node processes at once.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Kernel } from "process-isolation/kernel";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";

const ISOLATES = 20;
const LEVELS = 4;
const module = fileURLToPath(new URL("store.mjs", import.meta.url));

/** @param {number} rounds @returns {Promise<import("./main.mjs").Row[]>} */
export async function compareStarts(rounds) {
  const { samples } = await interleave(
    [
      { name: "kernel", measure: startKernel },
      { name: "node", measure: startNodes },
    ],
    rounds,
  );
  const ours = median(samples.kernel ?? [Number.NaN]);
  const theirs = median(samples.node ?? [Number.NaN]);
  return [{ what: "start of 20 isolates, 4 levels, ms", ours, peer: "20 × node -e 0", theirs, goal: "≤ 2.5×" }];
}

async function startKernel() {
  const names = Array.from({ length: ISOLATES }, (_, index) => `i${index}`);
  const perLevel = ISOLATES / LEVELS;
  const isolates = Object.fromEntries(
    names.map((name, index) => [name, { module, uses: index < perLevel ? [] : [names[index - perLevel] ?? ""] }]),
  );
  const startedAt = performance.now();
  const kernel = await Kernel.start({ isolates });
  const tookMs = performance.now() - startedAt;
  await kernel.shutdown();
  return tookMs;
}

async function startNodes() {
  const startedAt = performance.now();
  const children = Array.from({ length: ISOLATES }, () => spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }));
  await Promise.all(children.map((child) => once(child, "exit")));
  return performance.now() - startedAt;
}

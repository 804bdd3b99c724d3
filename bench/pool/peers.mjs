import { fileURLToPath } from "node:url";
import { Worker } from "jest-worker";
import { Piscina } from "piscina";
import { isolatePool } from "process-isolation";
import Tinypool from "tinypool";
import createPool from "workerpool";

/** @typedef {"spin" | "markdown" | "json" | "image"} Task */
/** @typedef {{ run: (task: Task, argument?: number) => Promise<unknown>, close: () => Promise<unknown> }} OpenPool */
/** @typedef {{ name: string, hasProcesses: boolean, open: (size: number) => Promise<OpenPool> }} Peer */

const work = fileURLToPath(new URL("work.mjs", import.meta.url));

/** @param {string} name @param {import("process-isolation").PoolOptions} [options] @returns {Peer} */
const ours = (name, options) => ({
  name,
  hasProcesses: true,
  async open(size) {
    const restart = { maxRestarts: 1_000_000 };
    const pool = await isolatePool(work, { min: size, max: size, restart, ...options });
    return { run: (task, argument) => pool.invoke(task, [argument]), close: () => pool.shutdown() };
  },
});

/** @type {Peer[]} */
export const peers = [
  ours("process-isolation"),
  // The next call is in the process already when the one before it ends.
  ours("with concurrency: 2", { concurrency: 2 }),
  {
    name: "piscina",
    hasProcesses: false,
    async open(size) {
      const pool = new Piscina({ filename: work, minThreads: size, maxThreads: size, execArgv: [] });
      return { run: (task, argument) => pool.run(argument, { name: task }), close: () => pool.destroy() };
    },
  },
  {
    name: "tinypool",
    hasProcesses: true,
    async open(size) {
      const options = { filename: work, minThreads: size, maxThreads: size, execArgv: [] };
      const pool = new Tinypool({ ...options, runtime: "child_process" });
      return { run: (task, argument) => pool.run(argument, { name: task }), close: () => pool.destroy() };
    },
  },
  {
    name: "workerpool",
    hasProcesses: true,
    async open(size) {
      const script = fileURLToPath(new URL("workerpool-child.mjs", import.meta.url));
      const options = { minWorkers: size, maxWorkers: size, forkOpts: { execArgv: [] } };
      const pool = createPool.pool(script, { ...options, workerType: "process" });
      return { run: async (task, argument) => pool.exec(task, [argument]), close: async () => pool.terminate(true) };
    },
  },
  {
    name: "jest-worker",
    hasProcesses: true,
    async open(size) {
      const exposedMethods = ["spin", "markdown", "json", "image"];
      const pool = /** @type {any} */ (
        new Worker(work, { numWorkers: size, exposedMethods, forkOptions: { execArgv: [] } })
      );
      return { run: (task, argument) => pool[task](argument), close: () => pool.end() };
    },
  },
];

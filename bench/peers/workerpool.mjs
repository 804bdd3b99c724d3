import { fileURLToPath } from "node:url";
import createPool from "workerpool";
import { killAndRetry } from "./kill-and-retry.mjs";
import { childPath } from "./peer.mjs";

/** One process; the pool hands it one task at a time. @type {import("./peer.mjs").Peer} */
export const workerpool = {
  name: "workerpool",
  title: "workerpool (1 process)",
  async open() {
    const pool = createPool.pool(fileURLToPath(childPath("workerpool-child.mjs")), {
      workerType: "process",
      minWorkers: 1,
      maxWorkers: 1,
      forkOpts: { execArgv: [] },
    });
    const add = async (/** @type {number} */ a, /** @type {number} */ b) => pool.exec("add", [a, b]);
    return {
      add,
      addAfterKill: async () => killAndRetry(await pool.exec("processId", []), () => add(1, 1)),
      close: async () => pool.terminate(true),
    };
  },
};

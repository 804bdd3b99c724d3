import Tinypool from "tinypool";
import { childPath } from "./peer.mjs";

/** One process that takes all tasks at once. @type {import("./peer.mjs").Peer} */
export const tinypool = {
  name: "tinypool",
  title: "tinypool (1 process)",
  async open() {
    const pool = new Tinypool({
      filename: childPath("pool-tasks.mjs").href,
      runtime: "child_process",
      serialization: "advanced",
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1024,
      execArgv: [],
    });
    return {
      add: (a, b) => pool.run([a, b], { name: "add" }),
      echo: (bytes) => pool.run(bytes, { name: "echo" }),
      close: () => pool.destroy(),
    };
  },
};

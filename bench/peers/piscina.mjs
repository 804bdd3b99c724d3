import { Piscina } from "piscina";
import { childPath } from "./peer.mjs";

/** One thread that takes all tasks at once. @type {import("./peer.mjs").Peer} */
export const piscina = {
  name: "piscina",
  title: "piscina (1 thread)",
  async open() {
    const filename = childPath("pool-tasks.mjs").href;
    const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: 1024, execArgv: [] });
    return {
      add: (a, b) => pool.run([a, b], { name: "add" }),
      echo: (bytes) => pool.run(bytes, { name: "echo" }),
      close: () => pool.destroy(),
    };
  },
};

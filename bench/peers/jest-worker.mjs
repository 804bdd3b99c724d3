import { fileURLToPath } from "node:url";
import { Worker } from "jest-worker";
import { childPath } from "./peer.mjs";

/** One process; the pool hands it one task at a time. @type {import("./peer.mjs").Peer} */
export const jestWorker = {
  name: "jest-worker",
  title: "jest-worker (1 process)",
  async open() {
    const options = { numWorkers: 1, exposedMethods: ["add", "echo"], forkOptions: { execArgv: [] } };
    const worker = /** @type {any} */ (new Worker(fileURLToPath(childPath("work.mjs")), options));
    return { add: worker.add, echo: worker.echo, close: () => worker.end() };
  },
};

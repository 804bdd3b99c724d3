import { credentials } from "@grpc/grpc-js";
import { WITHOUT_SIZE_LIMIT, WorkService } from "../children/work-service.mjs";
import { startGrpcChild } from "./grpc-child.mjs";

/** A service of one's own in grpc-js, as its documentation shows it. @type {import("./peer.mjs").Peer} */
export const grpcUnary = {
  name: "grpc-js",
  title: "grpc-js, own service",
  async open() {
    const child = await startGrpcChild();
    const client = new WorkService(child.address, credentials.createInsecure(), WITHOUT_SIZE_LIMIT);
    /** @returns {Promise<any>} */
    const ask = (/** @type {string} */ method, /** @type {object} */ request) =>
      new Promise((resolve, reject) => {
        client[method](request, (/** @type {Error | null} */ error, /** @type {unknown} */ response) => {
          if (error === null) resolve(response);
          else reject(error);
        });
      });
    return {
      add: async (a, b) => (await ask("add", { a, b })).sum,
      echo: async (bytes) => (await ask("echo", { bytes })).bytes,
      items: async (count, take) => {
        for await (const item of client.items({ count })) take(item);
      },
      chunks: async (count, size, take) => {
        for await (const { bytes } of client.chunks({ count, size })) take(bytes);
      },
      pid: child.pid,
      close: async () => {
        client.close();
        await child.stop();
      },
    };
  },
};

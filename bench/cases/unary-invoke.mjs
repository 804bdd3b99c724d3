import { fileURLToPath } from "node:url";
import { credentials, Metadata } from "@grpc/grpc-js";
import { ProcessIsolator } from "process-isolation";
import { AUTHORIZATION_KEY, bearer } from "../../dist/src/contract/index.js";
import { HostServiceClient } from "../../dist/src/contract/service.js";
import { listLive } from "../../dist/src/isolator/live-record.js";
import { interleave } from "../measure/interleave.mjs";
import { perSecond, steadyWork } from "../measure/steady-work.mjs";
import { startGrpcChild } from "../peers/grpc-child.mjs";
import { childPath } from "../peers/peer.mjs";
import { OURS } from "../peers/process-isolation.mjs";
import { callMany } from "./small-calls.mjs";

/** A grpc-js server with the same generated code whose handler is one function call. */
export const BARE_HANDLER = "bare-grpc-handler";

const MODULE = fileURLToPath(childPath("work.mjs"));

/** @type {import("./case.mjs").Case} */
export const unaryInvoke = {
  name: "unary-invoke",
  title: "Unary Invoke",
  work: "HostService.Invoke of add(i, 1) by one grpc-js client with the same generated code and the same token for both",
  chart: "bars",
  async run({ effort }) {
    const isolator = await ProcessIsolator.create({ discoverable: true });
    const child = await startGrpcChild();
    const { address, token } = /** @type {{ address: string, token: string }} */ (
      listLive().find(({ pid }) => pid === isolator.pid)
    );
    const clients = { [OURS]: connect(`unix:${address}`), [BARE_HANDLER]: connect(child.address) };
    const adders = Object.entries(clients).map(([name, client]) => ({ name, add: adder(client, token) }));
    try {
      const series = [];
      for (const concurrency of [1, 8, 64]) {
        const entries = adders.map(({ name, add }) => ({
          name,
          ...steadyWork((amount) => callMany(add, amount, concurrency), effort, perSecond),
        }));
        series.push({
          case: "unary-invoke",
          variant: `concurrency ${concurrency}`,
          unit: "calls/s",
          better: /** @type {const} */ ("higher"),
          ...(await interleave(entries, effort.rounds)),
        });
      }
      return series;
    } finally {
      for (const client of Object.values(clients)) client.close();
      await Promise.all([child.stop(), isolator.terminate()]);
    }
  },
};

/** @param {string} address */
function connect(address) {
  return new HostServiceClient(address, credentials.createInsecure());
}

/** @param {HostServiceClient} client @param {string} token @returns {(a: number, b: number) => Promise<number>} */
function adder(client, token) {
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION_KEY, bearer(token));
  return (a, b) =>
    new Promise((resolve, reject) => {
      client.invoke({ module: MODULE, method: "add", args: [a, b] }, metadata, (error, response) => {
        if (error === null) resolve(response.result);
        else reject(error);
      });
    });
}

// A node of Moleculer: the one with the service, or the one that calls it.
import { ServiceBroker } from "moleculer";
import { callsPerSecond } from "./load.mjs";

const [role, serverPort] = process.argv.slice(2);
const isServer = role === "server";
const options = { udpDiscovery: false, port: null, urls: isServer ? [] : [`tcp://127.0.0.1:${serverPort}/server`] };
const broker = new ServiceBroker({
  nodeID: role ?? null,
  logger: false,
  // Its types do not know that `null` is a free port.
  transporter: /** @type {any} */ ({ type: "TCP", options }),
});
if (isServer) {
  broker.createService({
    name: "store",
    actions: { add: (/** @type {{ params: { a: number, b: number } }} */ { params: { a, b } }) => a + b },
  });
}
await broker.start();
if (isServer) {
  const { tx } = /** @type {any} */ (broker.transit);
  process.send?.({ port: tx.reader.server.address().port });
} else {
  await broker.waitForServices("store");
  process.on("message", async (/** @type {{ count: number, concurrency: number }} */ { count, concurrency }) => {
    const rate = await callsPerSecond((a, b) => broker.call("store.add", { a, b }), count, concurrency);
    process.send?.({ rate });
  });
  process.send?.({ ready: true });
}

// The shop's host: node examples/kernel-shop/host.mjs, and Ctrl+C. Then, in another terminal, client.mjs or grpcurl.
import { Kernel } from "process-isolation/kernel";
import { createLedger } from "./ledger.mjs";

const manifest = new URL("pihost.yaml", import.meta.url);
const kernel = await Kernel.start(manifest, { host: { ledger: createLedger() } });
kernel.events.on("isolate", (event) => {
  if (event.type === "exited") console.log(`${event.isolate}: ${event.outcome.description}`);
  if (event.type === "restarted") console.log(`${event.isolate}: is back, as process ${event.pid}`);
});
for (const { name, state, pid, services } of kernel.list()) {
  if (state === "ready") console.log(`${name.padEnd(12)} process ${pid}  ${services.join(" ")}`);
  // Not essential, and could not be started: asked once more, it says why.
  else await kernel.start(name).catch(({ message }) => console.log(`${name.padEnd(12)} left out: ${message}`));
}

const { token } = kernel.tokens.create({ scopes: ["call:*"], note: "client.mjs" });
console.log(`\nexport SHOP=unix://${kernel.socket} TOKEN=${token}`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => kernel.shutdown({ reason: signal }));
const { reason } = await kernel.waitForExit();
console.log(`ended: ${reason}`);

// The shop's host: node examples/kernel-shop/host.mjs, and Ctrl+C. Then, in another terminal, client.mjs or grpcurl.
import { fileURLToPath } from "node:url";
import { Kernel } from "process-isolation/kernel";
import { createLedger } from "./ledger.mjs";

const kernel = await Kernel.start(fileURLToPath(new URL("pihost.yaml", import.meta.url)), {
  host: { ledger: createLedger() },
});
kernel.events.on("isolate", (event) => {
  if (event.type === "exited") console.log(`${event.isolate}: ${event.outcome.description}`);
  if (event.type === "restarted") console.log(`${event.isolate}: is back, as process ${event.pid}`);
});
for (const { name, state, pid, services } of kernel.list()) {
  const note = state === "ready" ? `process ${pid}` : `left out, ${state}`;
  console.log(`${name.padEnd(12)} ${note.padEnd(18)} ${services.join(" ")}`);
}

const { token } = kernel.tokens.create({ scopes: ["call:*"], note: "client.mjs" });
console.log(`\nexport SHOP=unix://${kernel.socket} TOKEN=${token}`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => kernel.shutdown({ reason: signal }));
const { reason } = await kernel.waitForExit();
console.log(`ended: ${reason}`);

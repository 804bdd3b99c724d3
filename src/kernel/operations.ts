import type { Logs } from "./logs.js";
import type { Tokens } from "./routing/index.js";
import type { KernelRuntime } from "./runtime.js";
import type { KernelOperations } from "./service/index.js";

/** What operators may do with a kernel. */
export function operationsOf(runtime: KernelRuntime, logs: Logs, tokens: Tokens): KernelOperations {
  return {
    manifest: runtime.manifest,
    startedAt: Date.now(),
    events: runtime.events,
    logs,
    tokens,
    list: () => runtime.list(),
    status: (name) => {
      const { state, current } = runtime.unit(name);
      return state === "ready" ? current?.core.status() : undefined;
    },
    capabilities: (name) => {
      const { state, current } = runtime.unit(name);
      return state === "ready" ? current?.core.present().then(({ capabilities }) => capabilities) : undefined;
    },
    start: (name) => runtime.startByHand(name),
    stop: (name, reason) => runtime.stopByHand(name, reason),
    restart: async (name) => void (await runtime.restart(name)),
    replace: (name, module) => runtime.replace(name, module),
    invoke: async (name, method, args, { signal, timeoutMs, idempotent }) => {
      const unit = runtime.unit(name);
      const { calls } = await unit.there();
      const options = { signal, idempotent, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
      return calls.invoke(unit.module, method, args, options, operationsOf);
    },
    shutdown: (reason, graceMs) => void runtime.stop({ kind: "requested", reason }, graceMs),
  };
}

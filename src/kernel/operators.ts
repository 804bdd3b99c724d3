import { EventHistory } from "./event-history.js";
import { publishKernel } from "./live-kernels.js";
import type { FrontDoor, Tokens } from "./routing/index.js";
import type { KernelRuntime } from "./runtime.js";
import { type KernelOperations, type KernelServiceMethods, kernelService } from "./service/index.js";

/** The environment variable by which `pihost up -d` tells the kernel where its own output goes, for its record. */
export const LOG_VARIABLE = "PIHOST_UP_LOG";

/** What a kernel has for its operators: its service at the front door, and the record by which it is found. */
export class Operators {
  readonly service: KernelServiceMethods;
  readonly #tokens: Tokens;
  readonly #runtime: KernelRuntime;
  readonly #startedAt = Date.now();
  #withdraw = (): void => {};

  /** Keeps what isolates write from now on. */
  constructor(runtime: KernelRuntime, tokens: Tokens) {
    this.#runtime = runtime;
    this.#tokens = tokens;
    const { logs, over } = runtime;
    const history = new EventHistory(runtime.events);
    this.service = kernelService(operationsOf(runtime, { logs, history, tokens, startedAt: this.#startedAt, over }));
  }

  /** Makes the kernel findable for its user. */
  publish({ socket, address }: Pick<FrontDoor, "socket" | "address">): void {
    const { name, file } = this.#runtime.manifest;
    const { token } = this.#tokens.create({ scopes: ["operate"], note: "the kernel's own user, by its record" });
    const log = process.env[LOG_VARIABLE];
    const optional = {
      ...(address === undefined ? {} : { address }),
      ...(file === undefined ? {} : { file }),
      ...(log === undefined ? {} : { log }),
    };
    this.#withdraw = publishKernel({ name, socket, token, startedAt: this.#startedAt, ...optional });
  }

  /** It is not to be found any more. */
  withdraw(): void {
    this.#withdraw();
  }
}

type OfOperators = Pick<KernelOperations, "logs" | "history" | "tokens" | "startedAt" | "over">;

function operationsOf(runtime: KernelRuntime, own: OfOperators): KernelOperations {
  return {
    ...own,
    manifest: runtime.manifest,
    events: runtime.events,
    list: () => runtime.list(),
    status: (name) => {
      const { state, current } = runtime.unit(name);
      return state === "ready" ? current?.status() : undefined;
    },
    capabilities: (name) => {
      const { state, current } = runtime.unit(name);
      return state === "ready" ? current?.place().then(({ live }) => live.capabilities) : undefined;
    },
    calls: (name) => runtime.unit(name).current?.measureCalls(),
    start: (name) => runtime.byHand.start(name),
    stop: (name, reason) => runtime.byHand.stop(name, reason),
    restart: async (name) => void (await runtime.byHand.restart(name)),
    replace: (name, module) => runtime.byHand.replace(name, module),
    invoke: async (name, method, args, { signal, timeoutMs, idempotent }) => {
      const unit = runtime.unit(name);
      const { calls } = await unit.there();
      const options = { signal, idempotent, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
      return calls.invoke(unit.module, method, args, options, operationsOf);
    },
    shutdown: (reason, graceMs) => void runtime.stop({ kind: "requested", reason }, graceMs),
  };
}

import { IsolationError } from "../errors/index.js";
import type { Generation } from "../supervision/index.js";
import { publishKernel } from "./live-kernels.js";
import { Logs } from "./logs.js";
import { operationsOf } from "./operations.js";
import { type FrontDoor, openFrontDoor, type Routes, Tokens, type Upstream } from "./routing/index.js";
import type { KernelRuntime } from "./runtime.js";
import { kernelService } from "./service/index.js";

/** What a kernel shows to the outside: its front door with the kernel's own service, and the record by which it is found. */
export class KernelFront {
  readonly #runtime: KernelRuntime;
  readonly #tokens = new Tokens();
  readonly #logs = new Logs();
  #door: FrontDoor | undefined;
  #withdraw = (): void => {};

  /** Keeps what isolates write from now on. */
  constructor(runtime: KernelRuntime) {
    this.#runtime = runtime;
    runtime.events.on("isolate", (event) => this.#logs.take(event));
  }

  /** The path of the socket, once it is open. */
  get socket(): string | undefined {
    return this.#door?.socket;
  }

  /** @throws IsolationError INVALID_OPTION for a socket, address or certificate that cannot be used */
  async open(): Promise<void> {
    const runtime = this.#runtime;
    const { manifest } = runtime;
    const tokens = this.#tokens;
    this.#door = await openFrontDoor({
      kernel: manifest.name,
      socket: manifest.socket,
      listen: manifest.listen,
      auth: manifest.auth,
      tokens,
      routes: routesOf(runtime),
      local: [kernelService(operationsOf(runtime, this.#logs, tokens))],
    });
    const { token } = tokens.create({ scopes: ["operate"], note: "this user, by the kernel's record" });
    const { name, file } = manifest;
    const log = process.env.PIHOST_UP_LOG;
    this.#withdraw = publishKernel({
      name,
      socket: this.#door.socket,
      token,
      startedAt: Date.now(),
      ...(file === undefined ? {} : { file }),
      ...(log === undefined ? {} : { log }),
    });
  }

  async close(graceMs: number): Promise<void> {
    this.#withdraw();
    await this.#door?.close(graceMs);
  }
}

function routesOf(runtime: KernelRuntime): Routes {
  return {
    isolates: () => runtime.list(),
    describe: () => undefined,
    upstream: async (isolate, signal) => {
      const unit = runtime.unit(isolate);
      const { core } = await unit.there();
      const live = await core.present();
      if (signal.aborted) throw new IsolationError("CANCELLED", "nobody waits for it any more");
      return upstreamOf(isolate, live);
    },
    onChange: (listener) => {
      runtime.events.on("isolate", listener);
      return () => void runtime.events.off("isolate", listener);
    },
  };
}

function upstreamOf(isolate: string, { number, pid, address, token, outcome }: Generation): Upstream {
  const gone = outcome.then(({ description, stderrTail, reason, uptimeMs }) => {
    const facts = { isolate, generation: number, pid, reason, stderrTail, uptimeMs };
    const isWanted = reason === "requested" || reason === "terminated";
    const what = isWanted ? "was stopped before the request was answered" : "died while the request was running";
    return new IsolationError(isWanted ? "STOPPED" : "CRASHED", `${isolate} ${what}: ${description}`, { facts });
  });
  return { isolate, generation: number, pid, address, token, gone };
}

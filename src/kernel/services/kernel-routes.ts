import { IsolationError } from "../../errors/index.js";
import { onAbort } from "../../session/index.js";
import type { Generation } from "../../supervision/index.js";
import type { Unit } from "../life/index.js";
import type { RoutedIsolate, Routes, Upstream } from "../routing/index.js";
import type { ServedServices } from "./served-services.js";

/** What the front door knows of a kernel's isolates. */
export class KernelRoutes implements Routes {
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #served = new Map<string, ServedServices>();
  readonly #upstreams = new WeakMap<Generation, Upstream>();
  readonly #listeners = new Set<() => void>();

  constructor(units: ReadonlyMap<string, Unit>) {
    this.#units = units;
  }

  /** What a process of the isolate serves. */
  set(isolate: string, served: ServedServices): void {
    this.#served.set(isolate, served);
    this.changed();
  }

  /** To be called when isolates or their states have changed. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  isolates(): readonly RoutedIsolate[] {
    return [...this.#units.values()].map(({ name, state, definition }) => {
      return { name, state, services: definition.grpc?.services ?? [] };
    });
  }

  describe(isolate: string): ServedServices | undefined {
    return this.#served.get(isolate);
  }

  async upstream(isolate: string, signal: AbortSignal): Promise<Upstream> {
    const unit = this.#units.get(isolate);
    if (unit === undefined) throw new IsolationError("STOPPED", `there is no isolate ${isolate}`);
    const current = await unlessAborted(unit.there(), signal);
    await unlessAborted(unit.halted, signal);
    const { live, story, instance } = await unlessAborted(current.place(), signal);
    const known = this.#upstreams.get(live);
    if (known !== undefined) return known;
    const { number: generation, pid, address, token } = live;
    const upstream = { isolate, generation, pid, address, token, gone: story(), instance };
    this.#upstreams.set(live, upstream);
    return upstream;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** What a promise comes to, unless nobody waits for it any more. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void =>
      reject(new IsolationError("CANCELLED", "nobody waits any more", { cause: signal.reason }));
    if (signal.aborted) {
      cancel();
      promise.catch(() => {});
      return;
    }
    const forget = onAbort(signal, cancel);
    promise.then(resolve, reject).finally(forget);
  });
}

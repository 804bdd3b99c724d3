/** What is read of a Worker of BullMQ. */
interface WorkerLike {
  once(event: "closed", listener: () => void): unknown;
}

/** The Workers that a processor works for. BullMQ calls it as a method of the Worker. */
export class WorkerWatch {
  readonly #workers = new Set<WorkerLike>();
  readonly #onLastClosed: () => void;

  /** @param onLastClosed called when the last of them is closed */
  constructor(onLastClosed: () => void) {
    this.#onLastClosed = onLastClosed;
  }

  /** @param caller `this` of a call: a Worker, or what somebody calls the processor with by hand */
  saw(caller: unknown): void {
    if (!isWorker(caller) || this.#workers.has(caller)) return;
    this.#workers.add(caller);
    caller.once("closed", () => {
      this.#workers.delete(caller);
      if (this.#workers.size === 0) this.#onLastClosed();
    });
  }
}

function isWorker(caller: unknown): caller is WorkerLike {
  if (typeof caller !== "object" || caller === null) return false;
  const { once, processFn } = caller as { once?: unknown; processFn?: unknown };
  return typeof once === "function" && typeof processFn === "function";
}

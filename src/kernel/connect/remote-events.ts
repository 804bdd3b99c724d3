import { EventEmitter } from "node:events";
import type { KernelServiceWatchResponse } from "../../contract/kernel.js";
import { IsolationError } from "../../errors/index.js";
import { emitApart } from "../../isolator/index.js";
import type { KernelEventSource, KernelEvents } from "../events.js";
import { eventOfMessage } from "../service/index.js";
import type { KernelClient } from "./kernel-client.js";
import { REQUESTS } from "./requests.js";

type Watching = AsyncGenerator<KernelServiceWatchResponse, void, undefined>;

/** The events of a kernel that runs elsewhere. */
export class RemoteEvents {
  readonly #client: KernelClient;
  readonly #emitter = new EventEmitter<KernelEvents>();
  readonly #over = new AbortController();
  readonly #onGone: (error: unknown) => void;

  /** @param onGone called once, when the kernel has ended or cannot be reached any more, with why */
  constructor(client: KernelClient, onGone: (error: unknown) => void) {
    this.#client = client;
    this.#onGone = onGone;
  }

  get source(): KernelEventSource {
    return this.#emitter;
  }

  /** Resolves when no event is missed from now on. @throws IsolationError why the kernel does not tell any */
  async start(): Promise<void> {
    void this.#follow(await this.#watch());
  }

  stop(): void {
    this.#over.abort();
  }

  #watch(): Promise<Watching> {
    return this.#client.stream(
      "Watch",
      REQUESTS.Watch,
      { isolates: [], tail: 0 },
      { signal: this.#over.signal, isBackground: true },
    );
  }

  async #follow(first: Watching): Promise<void> {
    let events = first;
    for (;;) {
      const error = await this.#read(events);
      if (this.#over.signal.aborted) return;
      try {
        if (error === undefined) throw new IsolationError("STOPPED", "the kernel has ended");
        // This program was too slow, or the connection broke.
        events = await this.#watch();
      } catch (error) {
        if (!this.#over.signal.aborted) this.#onGone(error);
        return;
      }
    }
  }

  /** Resolves when the stream has ended, with the error where that was not in order. */
  async #read(events: Watching): Promise<unknown> {
    try {
      for await (const { event } of events) {
        if (event === undefined) continue;
        const told = eventOfMessage(event);
        emitApart(this.#emitter as EventEmitter, told.name, told.event);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

import type { Payload } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Account, Holding } from "./account.js";
import type { Outbox } from "./outbox.js";
import type { Scope } from "./scope.js";
import { StreamImport } from "./stream-import.js";

/** Keeps the process alive until the promise settles. */
export type Hold = <T>(wait: Promise<T>) => Promise<T>;

interface Entry {
  /** Weak, so that a stream that nobody can read any more stops its producer. */
  readonly stream: WeakRef<StreamImport>;
  /** Set while somebody waits for an item, and so may hold nothing but the promise. */
  pinned: StreamImport | undefined;
  waits: number;
  readonly onOver: (() => void)[];
}

/** The streams of the other side that are read on this one. */
export class StreamStandIns {
  readonly #outbox: Outbox;
  readonly #account: Account;
  readonly #hold: Hold;
  readonly #toPayload: (error: unknown, send: (payload: Payload) => void) => void;
  readonly #entries = new Map<number, Entry>();
  readonly #collected = new FinalizationRegistry<{ readonly id: number; readonly holding: Holding }>(
    ({ id, holding }) => {
      holding.clear();
      this.giveBack(id);
    },
  );
  /** The entries that were made since `collect` began. */
  #made: Entry[] | undefined;

  constructor(
    outbox: Outbox,
    account: Account,
    hold: Hold,
    toPayload: (error: unknown, send: (payload: Payload) => void) => void,
  ) {
    this.#outbox = outbox;
    this.#account = account;
    this.#hold = hold;
    this.#toPayload = toPayload;
  }

  /** How many are not over. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether anybody waits for an item, or for the end of one that was broken off. */
  get areAwaited(): boolean {
    return [...this.#entries.values()].some(({ waits }) => waits > 0);
  }

  /** Resolves when all are over. */
  async whenEmpty(): Promise<void> {
    await Promise.all(this.#ends());
  }

  /** Resolves when one more is over. */
  async whenOneIsOver(): Promise<void> {
    if (this.#entries.size > 0) await Promise.race(this.#ends());
  }

  #ends(): Promise<void>[] {
    return [...this.#entries.values()].map(({ onOver }) => new Promise<void>((resolve) => onOver.push(resolve)));
  }

  make(id: number, scope: Scope | undefined): StreamImport {
    const entry: { stream?: WeakRef<StreamImport> } & Omit<Entry, "stream"> = {
      pinned: undefined,
      waits: 0,
      onOver: [],
    };
    const holding = this.#account.openHolding();
    const stream = new StreamImport({
      holding,
      demand: (items) => this.#outbox.demand(id, items),
      close: (thrown) => {
        if (thrown === undefined) this.#outbox.closeStream(id, undefined);
        else this.#toPayload(thrown.error, (payload) => this.#outbox.closeStream(id, payload));
      },
      hold: (wait) => this.#pinDuring(entry as Entry, wait),
    });
    entry.stream = new WeakRef(stream);
    this.#entries.set(id, entry as Entry);
    this.#made?.push(entry as Entry);
    this.#collected.register(stream, { id, holding });
    scope?.onEnd(() =>
      this.end(id, { error: new IsolationError("STOPPED", "the stream was lent for a call that is over") }),
    );
    return stream;
  }

  /** Runs something that makes streams, and says when these are over, if there are any. */
  collect<T>(make: () => T): { value: T; streamsOver: Promise<void> | undefined } {
    this.#made = [];
    try {
      const value = make();
      const made = this.#made;
      if (made.length === 0) return { value, streamsOver: undefined };
      const over = made.map(({ onOver }) => new Promise<void>((resolve) => onOver.push(resolve)));
      return { value, streamsOver: Promise.all(over).then(() => {}) };
    } finally {
      this.#made = undefined;
    }
  }

  /** @param cost what it keeps, in bytes, as estimated */
  item(id: number, value: unknown, cost: number): void {
    this.#entries.get(id)?.stream.deref()?.push(value, cost);
  }

  resume(id: number): void {
    this.#entries.get(id)?.stream.deref()?.resume();
  }

  /** @param cost what the failure keeps, in bytes, as estimated */
  end(id: number, failure: { error: unknown } | undefined, cost = 0): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    entry.stream.deref()?.end(failure, cost);
    for (const notify of entry.onOver) notify();
  }

  /** Nobody will read it: its producer may stop. */
  giveBack(id: number): void {
    if (this.#entries.has(id)) this.#outbox.closeStream(id, undefined);
    this.end(id, undefined);
  }

  dropItems(): void {
    for (const { stream } of this.#entries.values()) stream.deref()?.dropItems();
  }

  lose(error: unknown): void {
    for (const id of [...this.#entries.keys()]) this.end(id, { error });
  }

  async #pinDuring<T>(entry: Entry, wait: Promise<T>): Promise<T> {
    entry.waits += 1;
    entry.pinned = entry.stream.deref();
    try {
      return await this.#hold(wait);
    } finally {
      entry.waits -= 1;
      if (entry.waits === 0) entry.pinned = undefined;
    }
  }
}

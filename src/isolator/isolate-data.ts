import { decodeValue, encodeValue } from "../codec/index.js";
import { IsolationError } from "../errors/index.js";
import { quiet } from "../session/index.js";
import { type Generation, requestData, sendData } from "../supervision/index.js";

/** What processes of an isolate may have stored with the host, which keeps it as long as it lives: bytes, and names. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_NAMES = 1_000;

/** The most names that were taken away and are remembered, for spares that were told of them before. */
const MAX_TAKEN_AWAY = 1_000;

/** A larger value may travel beside the lane, and arrive after what is sent later. In bytes, as encoded. */
const LARGE_BYTES = 16 * 1024;

/** What is stored under a name; `undefined` where it was taken away. */
interface Entry {
  readonly value: unknown;
  readonly isLarge: boolean;
  /** Higher for what was stored later. */
  readonly version: number;
}

/** What one process was told. */
interface Told {
  version: number;
  /** Under way, by name: a large value takes longer than a small one that is stored after it. */
  readonly sending: Map<string, Promise<unknown>>;
}

/** The data of an isolate, as the host has it: each of its processes is told of it. */
export class IsolateData {
  readonly #entries = new Map<string, Entry>();
  /** Names without a value, the oldest first. */
  readonly #takenAway = new Set<string>();
  /** What each value takes that a process has stored. */
  readonly #costs = new Map<string, number>();
  readonly #told = new WeakMap<Generation, Told>();
  #bytes = 0;
  #version = 0;
  /** Names under which only what this one took the place of has stored something. */
  readonly #inherited = new Set<string>();
  #heir: IsolateData | undefined;
  /** Told of a name under which what this one took the place of has stored something. */
  onInherited: (name: string) => void = () => {};

  /** All that is stored, as it is. */
  get values(): Readonly<Record<string, unknown>> {
    const stored = [...this.#entries].filter(([, { value }]) => value !== undefined);
    return Object.fromEntries(stored.map(([name, { value }]) => [name, value]));
  }

  /**
   * Another one is to take the place of this one. It has all that is stored here, now and later, but under names under which
   * something was stored there.
   */
  handOnTo(heir: IsolateData): void {
    for (const [name, value] of Object.entries(this.values)) heir.#inherit(name, value);
    this.#heir = heir;
  }

  /** It does not come to that. */
  keep(): void {
    this.#heir = undefined;
  }

  /** The host stores a value. @throws IsolationError NOT_SERIALIZABLE naming the path */
  set(name: string, value: unknown): void {
    const encoded = encodeValue(value);
    this.#count(name, 0);
    this.#inherited.delete(name);
    this.#put(name, decodeValue(encoded), encoded.length);
  }

  /**
   * A process stores a value. It is told in return, so that it and the host agree on which of two values was the last.
   *
   * @param others the processes that take calls
   * @returns when the process that stores it has heard so
   * @throws IsolationError NOT_SERIALIZABLE, INVALID_OPTION for what is too much
   */
  async setBy(live: Generation, others: readonly Generation[], name: unknown, value: unknown): Promise<void> {
    if (typeof name !== "string") throw new IsolationError("INVALID_OPTION", "name must be a string");
    const encoded = encodeValue(value);
    const cost = value === undefined ? 0 : encoded.length + 2 * name.length;
    this.#checkBounds(name, cost);
    const copy = decodeValue(encoded);
    this.#count(name, cost);
    this.#inherited.delete(name);
    this.#put(name, copy, encoded.length);
    for (const other of others) if (other !== live) void quiet(this.send(other, name));
    // One that is gone waits for nothing.
    await this.send(live, name).catch(() => {});
  }

  /**
   * Tells a process what it has not been told yet. Small values are there before what is sent to it later.
   *
   * @returns when the large ones are there, too; `undefined` when there is none. Never rejects
   */
  tell(live: Generation): Promise<unknown> | undefined {
    const told = this.#toldTo(live);
    if (told.version === this.#version) return undefined;
    const news = [...this.#entries].filter(([, { version }]) => version > told.version);
    told.version = this.#version;
    const sent = news.map(([name, { isLarge }]) => ({ isLarge, arrival: quiet(this.send(live, name)) }));
    const large = sent.filter(({ isLarge }) => isLarge);
    return large.length === 0 ? undefined : Promise.allSettled(large.map(({ arrival }) => arrival));
  }

  /** Tells a process what is stored under a name, after all that it is being told of that name. Rejects with RequestLost. */
  send(live: Generation, name: string): Promise<unknown> {
    if (!keepsData(live)) return Promise.resolve();
    const entry = this.#entries.get(name);
    const sent = this.#inOrder(live, name, () => sendData(live.session, name, this.#entries.get(name)?.value));
    // On the lane itself nothing overtakes anything.
    if (entry?.isLarge === true || this.#toldTo(live).sending.has(name)) this.#remember(live, name, sent);
    return sent;
  }

  /** Asks a process what it has under a name, after all that it is being told of that name. Rejects with RequestLost. */
  async read(live: Generation, name: string): Promise<unknown> {
    if (!keepsData(live)) return decodeValue(encodeValue(this.#entries.get(name)?.value));
    return this.#inOrder(live, name, () => requestData(live.session, name));
  }

  #inOrder(live: Generation, name: string, now: () => Promise<unknown>): Promise<unknown> {
    const before = this.#toldTo(live).sending.get(name);
    return before === undefined ? now() : before.then(now);
  }

  #remember(live: Generation, name: string, sent: Promise<unknown>): void {
    const { sending } = this.#toldTo(live);
    const over = sent.then(
      () => {},
      () => {},
    );
    sending.set(name, over);
    void over.then(() => {
      if (sending.get(name) === over) sending.delete(name);
    });
  }

  #toldTo(live: Generation): Told {
    const told = this.#told.get(live) ?? { version: 0, sending: new Map() };
    this.#told.set(live, told);
    return told;
  }

  #checkBounds(name: string, cost: number): void {
    const before = this.#costs.get(name) ?? 0;
    const bytes = this.#bytes - before + cost;
    if (bytes > MAX_BYTES) {
      const shown = JSON.stringify(name.slice(0, 100));
      const message = `all that an isolate stores may take ${MAX_BYTES} bytes; with ${shown} it would take ${bytes}`;
      throw new IsolationError("INVALID_OPTION", message);
    }
    if (before > 0 || cost === 0 || this.#costs.size < MAX_NAMES) return;
    throw new IsolationError("INVALID_OPTION", `an isolate may store values under ${MAX_NAMES} names; it has as many`);
  }

  #count(name: string, cost: number): void {
    this.#bytes += cost - (this.#costs.get(name) ?? 0);
    if (cost === 0) this.#costs.delete(name);
    else this.#costs.set(name, cost);
  }

  #inherit(name: string, value: unknown): void {
    if (this.#entries.has(name) && !this.#inherited.has(name)) return;
    this.set(name, value);
    this.#inherited.add(name);
    this.onInherited(name);
  }

  #put(name: string, value: unknown, bytes: number): void {
    // Of what was never there, nobody has to be told.
    if (value === undefined && !this.#entries.has(name)) return;
    if (this.#heir !== undefined) this.#heir.#inherit(name, value);
    this.#version += 1;
    this.#entries.set(name, { value, isLarge: bytes > LARGE_BYTES, version: this.#version });
    this.#takenAway.delete(name);
    if (value !== undefined) return;
    this.#takenAway.add(name);
    const [oldest] = this.#takenAway;
    if (this.#takenAway.size <= MAX_TAKEN_AWAY || oldest === undefined) return;
    this.#takenAway.delete(oldest);
    this.#entries.delete(oldest);
    this.#inherited.delete(oldest);
  }
}

/** A process without the feature is told nothing, and asked nothing: the host answers alone. */
function keepsData({ capabilities }: Generation): boolean {
  return capabilities.features.has("data");
}

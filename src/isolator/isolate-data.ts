import { decodeValue, encodeValue } from "../codec/index.js";
import { IsolationError } from "../errors/index.js";
import { type Generation, sendData } from "../supervision/index.js";

/** What processes of an isolate may have stored with the host, which keeps it as long as it lives: bytes, and names. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_NAMES = 1_000;

/** The most names that were taken away and are remembered, for spares that were told of them before. */
const MAX_TAKEN_AWAY = 1_000;

/** The data of an isolate, as the host has it: each of its processes is told of it. */
export class IsolateData {
  readonly #values = new Map<string, unknown>();
  /** Names without a value, the oldest first. */
  readonly #takenAway = new Set<string>();
  /** What each value takes that a process has stored. */
  readonly #costs = new Map<string, number>();
  #bytes = 0;

  /** The host stores a value. @returns what is stored @throws IsolationError NOT_SERIALIZABLE naming the path */
  set(name: string, value: unknown): unknown {
    const copy = decodeValue(encodeValue(value));
    this.#count(name, 0);
    this.#put(name, copy);
    return copy;
  }

  /**
   * A process stores a value. It is told in return, so that it and the host agree on which of two values was the last.
   *
   * @param present the process that takes calls, if that is another one
   * @throws IsolationError NOT_SERIALIZABLE, INVALID_OPTION for what is too much
   */
  setBy(live: Generation, present: Generation | undefined, name: unknown, value: unknown): void {
    if (typeof name !== "string") throw new IsolationError("INVALID_OPTION", "name must be a string");
    const encoded = encodeValue(value);
    const cost = value === undefined ? 0 : encoded.length + 2 * name.length;
    const before = this.#costs.get(name) ?? 0;
    const bytes = this.#bytes - before + cost;
    if (bytes > MAX_BYTES) {
      const message = `all that an isolate stores may take ${MAX_BYTES} bytes; with ${JSON.stringify(name.slice(0, 100))} it would take ${bytes}`;
      throw new IsolationError("INVALID_OPTION", message);
    }
    if (before === 0 && cost > 0 && this.#costs.size >= MAX_NAMES) {
      throw new IsolationError(
        "INVALID_OPTION",
        `an isolate may store values under ${MAX_NAMES} names; it has as many`,
      );
    }
    const copy = decodeValue(encoded);
    this.#count(name, cost);
    this.#put(name, copy);
    for (const each of present === undefined || present === live ? [live] : [live, present]) {
      void sendData(each.session, name, copy).catch(() => {});
    }
  }

  /** Tells a process all of it. What is sent to it later comes after this, on the same lane. */
  tell({ session }: Generation): void {
    for (const name of this.#takenAway) void sendData(session, name, undefined).catch(() => {});
    for (const [name, value] of this.#values) void sendData(session, name, value).catch(() => {});
  }

  #count(name: string, cost: number): void {
    this.#bytes += cost - (this.#costs.get(name) ?? 0);
    if (cost === 0) this.#costs.delete(name);
    else this.#costs.set(name, cost);
  }

  #put(name: string, value: unknown): void {
    if (value !== undefined) {
      this.#takenAway.delete(name);
      this.#values.set(name, value);
      return;
    }
    // Of what was never there, nobody has to be told.
    if (!this.#values.delete(name)) return;
    this.#takenAway.add(name);
    const [oldest] = this.#takenAway;
    if (this.#takenAway.size > MAX_TAKEN_AWAY && oldest !== undefined) this.#takenAway.delete(oldest);
  }
}

import { decodeValue, encodeValue } from "../src/codec/index.js";
import { IsolationError } from "../src/errors/index.js";
import type { IsolateDataBridge } from "../src/inside/bridge.js";

/** Tells the host of a value; resolves when it has it. */
export type TellHost = (name: string, value: unknown) => Promise<unknown>;

/** A name whose value is on its way to the host. */
interface Pending {
  count: number;
  /** What the host has said last: its word is the order of things. */
  value: unknown;
}

/** The isolate's data, as this process has it. The host has the same, and sends it to the next process. */
export class IsolateData implements IsolateDataBridge {
  readonly #values = new Map<string, unknown>();
  readonly #pending = new Map<string, Pending>();
  /** Without a host, what is stored is only here. */
  tellHost: TellHost | undefined;

  get(name: string): unknown {
    const value = this.#values.get(checked(name));
    // A primitive can be changed by nobody.
    return typeof value === "object" && value !== null ? copyOf(value) : value;
  }

  /** As the host says. */
  receive(name: string, value: unknown): void {
    const pending = this.#pending.get(name);
    if (pending === undefined) this.#put(name, value);
    else pending.value = value;
  }

  async set(name: string, value: unknown): Promise<void> {
    const copy = copyOf(value);
    const before = this.#values.get(checked(name));
    this.#put(name, copy);
    if (this.tellHost === undefined) return;
    const pending = this.#pending.get(name) ?? { count: 0, value: before };
    this.#pending.set(name, pending);
    pending.count += 1;
    try {
      await this.tellHost(name, copy);
    } finally {
      pending.count -= 1;
      if (pending.count === 0) {
        this.#pending.delete(name);
        this.#put(name, pending.value);
      }
    }
  }

  #put(name: string, value: unknown): void {
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
  }
}

function checked(name: unknown): string {
  if (typeof name === "string" && name !== "") return name;
  throw new IsolationError("INVALID_OPTION", `name must be a string that is not empty; received ${String(name)}`);
}

function copyOf(value: unknown): unknown {
  return decodeValue(encodeValue(value));
}

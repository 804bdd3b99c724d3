import { keep, remote } from "../../inside/index.js";
import type { RecordedEvents } from "./recorded-events.js";
import { type CallOfIsolate, keyOf } from "./recorded-events.js";
import { type LentDescriptor, NotKept, type RecordedValues } from "./recorded-values.js";

/** What hears of the calls that an isolate makes. */
export interface HostListener {
  /** A call that the record has, with what it is called with now. */
  called(recorded: CallOfIsolate, args: readonly unknown[]): void;
  /** A call that the record does not have. */
  unknown(target: string, args: readonly unknown[]): void;
}

/** The host as it is recorded: what it has lent, and what it has answered. */
export class RecordedHost {
  readonly #values: RecordedValues;
  readonly #events: RecordedEvents;
  readonly #listener: HostListener;
  /** How many calls of each target have come. */
  readonly #called = new Map<string, number>();
  readonly #signals = new Map<string, AbortController>();

  constructor(values: RecordedValues, events: RecordedEvents, listener: HostListener) {
    this.#values = values;
    this.#events = events;
    this.#listener = listener;
  }

  /** Makes what the host had lent to a process again, by its descriptor. */
  lendIn(process: number): (descriptor: LentDescriptor) => unknown {
    return (descriptor) => {
      const key = keyOf(process, "host", descriptor.id);
      switch (descriptor.kind) {
        case "function": {
          const fn = (...args: unknown[]): unknown => this.answer(`${key}#`, args);
          return descriptor.kept === true ? keep(fn) : fn;
        }
        case "object":
          return this.#object(key);
        case "signal":
          return this.#signal(key, descriptor, process);
        case "stream":
          return this.#items(key, process);
        case "readable":
          return ReadableStream.from(this.#items(key, process));
      }
    };
  }

  /** A signal of the host's is aborted. */
  abort(key: string, reason: unknown): void {
    this.#controller(key).abort(reason);
  }

  /** What the host has answered to the next call of a target. */
  answer(target: string, args: readonly unknown[]): unknown {
    const number = this.#called.get(target) ?? 0;
    this.#called.set(target, number + 1);
    const recorded = this.#events.fromIsolate.get(target)?.[number];
    if (recorded === undefined) {
      this.#listener.unknown(target, args);
      return undefined;
    }
    this.#listener.called(recorded, args);
    const { call, answer } = recorded;
    // Nobody has answered it: who waits for it is given up, or ends with its process.
    if (answer === undefined) return new Promise(() => {});
    if (answer.error !== undefined) throw this.#decode(answer.error, call.process);
    return answer.value === undefined ? undefined : this.#decode(answer.value, call.process);
  }

  /** The calls that the record has and that have not come. */
  *missing(): Generator<CallOfIsolate> {
    for (const [target, calls] of this.#events.fromIsolate) yield* calls.slice(this.#called.get(target) ?? 0);
  }

  #decode(value: Parameters<RecordedValues["decode"]>[0], process: number): unknown {
    try {
      return this.#values.decode(value, process, "host", this.lendIn(process));
    } catch (error) {
      if (error instanceof NotKept) return undefined;
      throw error;
    }
  }

  #object(key: string): object {
    const names = this.#events.methods.get(key) ?? [];
    const methods = [...names].map(
      (name) => [name, (...args: unknown[]) => this.answer(`${key}#${name}`, args)] as const,
    );
    return remote(Object.fromEntries(methods));
  }

  #signal(key: string, { aborted }: LentDescriptor, process: number): AbortSignal {
    if (aborted === undefined) return this.#controller(key).signal;
    const encoded = Buffer.from(aborted, "base64");
    return AbortSignal.abort(this.#values.decodeEncoded(encoded, process));
  }

  #controller(key: string): AbortController {
    const known = this.#signals.get(key) ?? new AbortController();
    this.#signals.set(key, known);
    return known;
  }

  async *#items(key: string, process: number): AsyncGenerator<unknown> {
    for (const line of this.#events.streams.get(key) ?? []) {
      if (line.kind === "item") yield this.#decode(line.value, process);
      else if (line.kind === "end" && line.error !== undefined) throw this.#decode(line.error, process);
      else if (line.kind === "end") return;
    }
    // The record has no end of it: neither has it now.
    await new Promise(() => {});
  }
}

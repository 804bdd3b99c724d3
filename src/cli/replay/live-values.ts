import { Comparison } from "./difference.js";
import type { About, Findings } from "./findings.js";
import { keyOf, type RecordedEvents } from "./recorded-events.js";
import { Lent, type LentDescriptor, type RecordedValues } from "./recorded-values.js";
import { readAsRecorded } from "./stream-reading.js";

/** Compares what comes with what is recorded, and keeps what the isolate has lent in it. */
export class LiveValues {
  readonly #values: RecordedValues;
  readonly #events: RecordedEvents;
  readonly #findings: Findings;
  readonly #ignore: readonly (readonly string[])[];
  /** What the isolate has lent now, by the key of what it had lent. */
  readonly #lent = new Map<string, unknown>();
  readonly #reading: Promise<void>[] = [];

  constructor(
    values: RecordedValues,
    events: RecordedEvents,
    findings: Findings,
    ignore: readonly (readonly string[])[],
  ) {
    this.#values = values;
    this.#events = events;
    this.#findings = findings;
    this.#ignore = ignore;
  }

  /** What stands for what a process had lent by this number. */
  lent(process: number, reference: number): unknown {
    return this.#lent.get(keyOf(process, "isolate", reference));
  }

  compare(about: About, line: number, expected: unknown, received: unknown, path: readonly string[]): void {
    const onLent = (lent: Lent, now: unknown): void => this.#take(about, lent, now);
    const difference = new Comparison({ ignore: this.#ignore, onLent }).first(expected, received, path);
    if (difference !== undefined) this.#findings.differ(about, line, difference);
  }

  /** Resolves when all streams were read as far as they are recorded. */
  async read(): Promise<void> {
    await Promise.all(this.#reading);
  }

  #take(about: About, { kind, key }: Lent, received: unknown): void {
    this.#lent.set(key, received);
    if (kind !== "stream" && kind !== "readable") return;
    const lines = this.#events.streams.get(key) ?? [];
    const process = Number(key.split(":")[0]);
    const reading = readAsRecorded(received as AsyncIterable<unknown>, lines, {
      decode: (line, value) => this.#values.decodeIn(line, value, lentAs({ process, by: "isolate" })),
      compare: (line, expected, now, path) => {
        this.compare(about, line.line, expected, now, path);
        return this.#findings.found === undefined;
      },
      differ: (line, difference) => this.#findings.differ(about, line.line, difference),
    });
    this.#reading.push(reading);
  }
}

/** Puts in the place of what was lent what is compared by itself. */
export function lentAs({ process, by }: { readonly process: number; readonly by: "host" | "isolate" }) {
  return ({ kind, id }: Pick<LentDescriptor, "kind" | "id">): Lent => new Lent(kind, keyOf(process, by, id));
}

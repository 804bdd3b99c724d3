import { HOST_MODULE } from "../../contract/index.js";
import { IsolationError } from "../../errors/index.js";
import type { Difference } from "./difference.js";
import { Ending, LATE } from "./ending.js";
import type { About } from "./findings.js";
import type { LiveIsolate } from "./live-isolate.js";
import { lentAs } from "./live-values.js";
import { keyOf, type LineOf } from "./recorded-events.js";
import type { RecordedHost } from "./recorded-host.js";
import type { ReplayParts } from "./replay-parts.js";
import { callLive, type Settled, settled, within } from "./settled.js";

interface LiveCall extends About {
  readonly process: number;
  readonly controller: AbortController;
  readonly outcome: Promise<Settled>;
}

/** The calls of the host: makes them again, and compares what they come to. */
export class LiveCalls {
  readonly #parts: ReplayParts;
  readonly #isolate: LiveIsolate;
  readonly #host: RecordedHost;
  readonly #firstCall: number;
  readonly #calls = new Map<string, LiveCall>();
  #made = 0;

  /** @param firstCall the number of the first call that is made */
  constructor(parts: ReplayParts, isolate: LiveIsolate, host: RecordedHost, firstCall: number) {
    this.#parts = parts;
    this.#isolate = isolate;
    this.#host = host;
    this.#firstCall = firstCall;
  }

  /** How many were made. */
  get made(): number {
    return this.#made;
  }

  async make(line: LineOf<"call">): Promise<void> {
    if ("module" in line.to && line.to.module === HOST_MODULE) {
      await this.#makeForFramework(line, line.to.method);
      return;
    }
    const { values, findings } = this.#parts;
    findings.call += 1;
    const number = findings.call;
    if (number < this.#firstCall) return;
    const name =
      "module" in line.to
        ? `${line.to.method} of ${line.to.module}`
        : `${line.to.method || "a function"} that the isolate has lent`;
    const args = values.decodeIn(line, line.args, (descriptor) => this.#host.lendIn(line.process)(descriptor));
    if (args === undefined || !Array.isArray(args.value)) {
      findings.notes.push(`call ${number} (${name}) is left out: the record does not have its arguments`);
      return;
    }
    this.#made += 1;
    const controller = new AbortController();
    const outcome = settled(this.#invoke(line, args.value, controller.signal));
    this.#calls.set(keyOf(line.process, "host", line.call), {
      number,
      name,
      process: line.process,
      controller,
      outcome,
    });
  }

  cancel({ process, call }: LineOf<"cancel">): void {
    this.#calls.get(keyOf(process, "host", call))?.controller.abort();
  }

  async compare(line: LineOf<"result">): Promise<void> {
    const { events, values, findings, live, timeoutMs } = this.#parts;
    const key = keyOf(line.process, "host", line.call);
    const call = this.#calls.get(key);
    // What was given up has settled by that.
    if (call === undefined || events.cancelled.has(key)) return;
    const outcome = await within(call.outcome, timeoutMs);
    const recorded = line.error ?? line.value;
    const path = line.error === undefined ? "result" : "error";
    const expected = recorded === undefined ? { value: undefined } : values.decodeIn(line, recorded, lentAs(line));
    if (expected === undefined) {
      findings.notes.push(`call ${call.number} (${call.name}): the record does not have what it came to`);
      return;
    }
    if (outcome === undefined) findings.differ(call, line.line, { path, expected: expected.value, received: LATE });
    else if ("error" in outcome !== (line.error !== undefined))
      findings.differ(call, line.line, otherwise(path, expected.value, outcome));
    else live.compare(call, line.line, expected.value, "error" in outcome ? outcome.error : outcome.value, [path]);
  }

  /**
   * A process has died in the record: the calls that it has lost are lost now, too.
   *
   * @returns the first of them, where there are any; false where one was not lost
   */
  async compareLost(line: LineOf<"exit">): Promise<About | undefined | false> {
    const { findings, timeoutMs } = this.#parts;
    const lost = [...this.#calls].filter(([key, { process }]) => process === line.process && this.#isLost(key));
    for (const [, call] of lost) {
      const outcome = await within(call.outcome, timeoutMs);
      if (outcome !== undefined && "error" in outcome && IsolationError.is(outcome.error)) continue;
      const received = outcome === undefined ? LATE : "error" in outcome ? outcome.error : outcome.value;
      findings.differ(call, line.line, { path: "death", expected: new Ending(line.description), received });
      return false;
    }
    return lost[0]?.[1];
  }

  #invoke({ process, to, trace }: LineOf<"call">, args: unknown[], signal: AbortSignal): Promise<unknown> {
    if ("module" in to) return this.#isolate.call(to, args, { signal, ...(trace === undefined ? {} : { trace }) });
    return callLive(this.#parts.live.lent(process, to.reference), to.method, args);
  }

  /** What the host stores is there again; what else it asks for of itself, this one does by itself. */
  async #makeForFramework(line: LineOf<"call">, method: string): Promise<void> {
    if (method !== "setData") return;
    const args = this.#parts.values.decodeIn(line, line.args, () => undefined)?.value;
    if (Array.isArray(args) && typeof args[0] === "string") await this.#isolate.setData(args[0], args[1]);
  }

  #isLost(key: string): boolean {
    const { answers, cancelled } = this.#parts.events;
    return !answers.has(key) && !cancelled.has(key);
  }
}

/** What returned has thrown, or the other way round. */
function otherwise(path: string, expected: unknown, outcome: Settled): Difference {
  return { path, expected, received: "error" in outcome ? outcome.error : outcome.value };
}

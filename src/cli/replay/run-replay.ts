import { delay } from "../../intrinsics/index.js";
import type { ReadRecord } from "../../recording/index.js";
import { Ending, LATE } from "./ending.js";
import { Findings, type Found } from "./findings.js";
import { LiveCallbacks } from "./live-callbacks.js";
import { LiveCalls } from "./live-calls.js";
import { LiveIsolate } from "./live-isolate.js";
import { LiveValues } from "./live-values.js";
import { keyOf, type Line, type LineOf, RecordedEvents } from "./recorded-events.js";
import { RecordedHost } from "./recorded-host.js";
import { RecordedValues } from "./recorded-values.js";
import type { ReplayOptions } from "./replay-options.js";
import type { ReplayParts } from "./replay-parts.js";
import { within } from "./settled.js";

export interface ReplayOutcome {
  /** How many calls were run. */
  readonly calls: number;
  /** How many the record has, up to the first difference. */
  readonly recorded: number;
  readonly found: Found | undefined;
  /** What could not be compared, and why. */
  readonly notes: readonly string[];
}

/** Runs a record again in a fresh isolate, up to the first difference. */
export async function runReplay(record: ReadRecord, options: ReplayOptions): Promise<ReplayOutcome> {
  const { ignore, timeoutMs, firstCall } = options;
  const values = new RecordedValues(record);
  const events = new RecordedEvents(record);
  const findings = new Findings();
  const live = new LiveValues(values, events, findings, ignore);
  const parts: ReplayParts = { values, events, findings, live, timeoutMs };
  const callbacks = new LiveCallbacks(parts, firstCall <= 1, record.lines.at(-1)?.line ?? 1);
  const host = new RecordedHost(values, events, callbacks);
  const isolate = await LiveIsolate.start(record.header, options, host, () => callbacks.exited());
  const calls = new LiveCalls(parts, isolate, host, firstCall);
  try {
    await new Replay(parts, { host, isolate, calls, callbacks }).run(record.lines);
  } finally {
    await isolate.terminate();
  }
  return { calls: calls.made, recorded: findings.call, found: findings.found, notes: findings.notes };
}

/** Both sides of a replay: the host as it is recorded, and what runs now. */
interface Sides {
  readonly host: RecordedHost;
  readonly isolate: LiveIsolate;
  readonly calls: LiveCalls;
  readonly callbacks: LiveCallbacks;
}

/** Goes through a record, line by line. */
class Replay {
  readonly #parts: ReplayParts;
  readonly #sides: Sides;

  constructor(parts: ReplayParts, sides: Sides) {
    this.#parts = parts;
    this.#sides = sides;
  }

  async run(lines: readonly Line[]): Promise<void> {
    const { findings, timeoutMs } = this.#parts;
    let before = 0;
    for (const line of lines) {
      // What is given up, or aborted, was under way for so long.
      const isAtItsTime = line.kind === "cancel" || line.kind === "abort";
      if (isAtItsTime) await delay(Math.min(Math.max(0, line.at - before), timeoutMs));
      before = line.at;
      await Promise.race([this.#step(line), findings.stopped]);
      if (findings.found !== undefined) return;
    }
    await Promise.race([this.#finish(), findings.stopped]);
  }

  async #step(line: Line): Promise<void> {
    const { isolate, calls } = this.#sides;
    if (line.kind === "process") await isolate.began(line);
    else if (line.kind === "exit") await this.#exit(line);
    else if (line.kind === "result" && line.by === "isolate") await calls.compare(line);
    else if (line.kind === "call" && line.by === "host") await calls.make(line);
    else if (line.kind === "cancel" && line.by === "host") calls.cancel(line);
    else if (line.kind === "abort" && line.by === "host") this.#abort(line);
  }

  #abort(line: LineOf<"abort">): void {
    const { values } = this.#parts;
    const reason = line.reason === undefined ? undefined : values.decodeIn(line, line.reason, () => undefined)?.value;
    this.#sides.host.abort(keyOf(line.process, "host", line.signal), reason);
  }

  /** A death in the record: its calls are lost now, too, and it is the same one. */
  async #exit(line: LineOf<"exit">): Promise<void> {
    const { isolate, calls } = this.#sides;
    const { findings, live, timeoutMs } = this.#parts;
    isolate.ended(line.process);
    // Its host has ended it.
    if (line.reason === "requested" || line.reason === "terminated") return;
    const lost = await calls.compareLost(line);
    if (lost === false) return;
    const about = lost ?? { number: findings.call, name: "the process" };
    const exit = await isolate.exits.next(timeoutMs);
    if (exit === undefined) {
      const expected = new Ending(line.description);
      findings.differ(about, line.line, { path: "death", expected, received: LATE });
      return;
    }
    const { reason, code, signal } = line;
    const then = { reason, ...(code === undefined ? { signal } : { code }) };
    const now = { reason: exit.reason, ...(exit.kind === "exited" ? { code: exit.code } : { signal: exit.signal }) };
    live.compare(about, line.line, then, now, ["death"]);
  }

  /** Everything that was lent is read, and every callback has come. */
  async #finish(): Promise<void> {
    const { host, isolate, callbacks } = this.#sides;
    await within(this.#parts.live.read(), this.#parts.timeoutMs);
    await callbacks.allCome(
      () => host.missing(),
      () => isolate.isReady,
    );
  }
}

import { HOST_MODULE } from "../../contract/index.js";
import { IsolationError } from "../../errors/index.js";
import { delay } from "../../intrinsics/index.js";
import { type ExtendedIsolator, startExtended } from "../../isolator/index.js";
import type { ReadRecord } from "../../recording/index.js";
import { judgeByBudget, RestartBudget, toServed } from "../../supervision/index.js";
import type { Difference } from "./difference.js";
import { Ending } from "./ending.js";
import { type About, Findings, type Found } from "./findings.js";
import { LiveExits } from "./live-exits.js";
import { LiveValues, lentAs } from "./live-values.js";
import { type CallOfIsolate, keyOf, type Line, type LineOf, RecordedEvents } from "./recorded-events.js";
import { RecordedHost } from "./recorded-host.js";
import { RecordedValues } from "./recorded-values.js";
import { callLive, type Settled, settled, within } from "./settled.js";

export interface ReplayOptions {
  /** What is called in the place of the recorded modules; undefined for those. */
  readonly module: string | undefined;
  /** Where relative names are resolved. */
  readonly from: string;
  /** The number of the first call that is run. */
  readonly firstCall: number;
  readonly ignore: readonly (readonly string[])[];
  /** How long anything that the record has may take, in milliseconds. */
  readonly timeoutMs: number;
}

export interface ReplayOutcome {
  /** How many calls were run. */
  readonly calls: number;
  readonly found: Found | undefined;
  /** What could not be compared, and why. */
  readonly notes: readonly string[];
}

/** How often a module that dies is started again: as often as the record has it, and no process bomb. */
const RESTARTS = { maxRestarts: 1_000, withinMs: 60_000, backoff: { initialMs: 0, maxMs: 0, factor: 1, jitter: 0 } };

interface LiveCall {
  readonly number: number;
  readonly name: string;
  readonly line: LineOf<"call">;
  readonly controller: AbortController;
  readonly outcome: Promise<Settled>;
}

/** Runs a record again in a fresh isolate, up to the first difference. */
export async function runReplay(record: ReadRecord, options: ReplayOptions): Promise<ReplayOutcome> {
  const replay = new Replay(record, options);
  return replay.run();
}

class Replay {
  readonly #record: ReadRecord;
  readonly #options: ReplayOptions;
  readonly #values: RecordedValues;
  readonly #events: RecordedEvents;
  readonly #host: RecordedHost;
  readonly #exits = new LiveExits();
  readonly #calls = new Map<string, LiveCall>();
  readonly #findings = new Findings();
  readonly #live: LiveValues;
  /** The processes that live in the record. */
  readonly #processes = new Set<number>();
  #started = 0;
  #counted = 0;
  #tell: () => void = () => {};
  #isolate: ExtendedIsolator | undefined;

  constructor(record: ReadRecord, options: ReplayOptions) {
    this.#record = record;
    this.#options = options;
    this.#values = new RecordedValues(record);
    this.#events = new RecordedEvents(record);
    this.#live = new LiveValues(this.#values, this.#events, this.#findings, options.ignore);
    this.#host = new RecordedHost(this.#values, this.#events, {
      called: (recorded, args) => {
        this.#called(recorded, args);
        this.#tell();
      },
      unknown: (target, args) => this.#calledInVain(target, args),
    });
  }

  async run(): Promise<ReplayOutcome> {
    this.#isolate = await this.#start();
    try {
      let before = 0;
      for (const line of this.#record.lines) {
        if (this.#findings.found !== undefined) break;
        // What is given up, or aborted, was under way for so long.
        const isAtItsTime = line.kind === "cancel" || line.kind === "abort";
        if (isAtItsTime) await delay(Math.min(Math.max(0, line.at - before), this.#options.timeoutMs));
        before = line.at;
        await Promise.race([this.#step(line), this.#findings.stopped]);
      }
      if (this.#findings.found === undefined) await Promise.race([this.#finish(), this.#findings.stopped]);
    } finally {
      await this.#isolate.isolator.terminate();
    }
    return { calls: this.#started, found: this.#findings.found, notes: this.#findings.notes };
  }

  #start(): Promise<ExtendedIsolator> {
    const { header } = this.#record;
    const { module, from } = this.#options;
    const lifecycle =
      module !== undefined && header.lifecycle !== true && header.lifecycle.length > 0 ? [module] : header.lifecycle;
    return startExtended(
      { name: header.isolate, from, lifecycle, stdout: "ignore", stderr: "inherit" },
      {
        listen: (events) => {
          this.#exits.listen(events);
          // Its state follows.
          events.on("exited", () => setImmediate(() => this.#tell()));
        },
        serve: (name, method) => toServed((args) => this.#host.answer(`${name}#${method}`, args)),
        judge: judgeByBudget(new RestartBudget(RESTARTS)),
        prepare: () => undefined,
        prepareLoaded: () => undefined,
      },
      () => {},
    );
  }

  async #step(line: Line): Promise<void> {
    switch (line.kind) {
      case "process":
        await this.#process(line);
        return;
      case "call":
        if (line.by === "host") await this.#call(line);
        return;
      case "cancel":
        if (line.by === "host") this.#calls.get(keyOf(line.process, "host", line.call))?.controller.abort();
        return;
      case "abort":
        if (line.by === "host") this.#abort(line);
        return;
      case "result":
        if (line.by === "isolate") await this.#result(line);
        return;
      case "exit":
        await this.#exit(line);
        return;
      default:
    }
  }

  /** One that takes over from another that lives has replaced it. A spare takes over by itself. */
  async #process({ process, generation }: LineOf<"process">): Promise<void> {
    const replaces = this.#processes.size > 0 && generation > 0;
    this.#processes.add(process);
    if (replaces) await this.#isolate?.isolator.recycle();
  }

  async #call(line: LineOf<"call">): Promise<void> {
    if ("module" in line.to && line.to.module === HOST_MODULE) {
      await this.#callOfFramework(line, line.to.method);
      return;
    }
    this.#counted += 1;
    const number = this.#counted;
    if (number < this.#options.firstCall) return;
    const name =
      "module" in line.to
        ? `${line.to.method} of ${line.to.module}`
        : `${line.to.method || "a function"} that the isolate has lent`;
    const args = this.#values.decodeIn(line, line.args, (descriptor) => this.#host.lendIn(line.process)(descriptor));
    if (args === undefined || !Array.isArray(args.value)) {
      this.#findings.notes.push(`call ${number} (${name}) is left out: the record does not have its arguments`);
      return;
    }
    this.#started += 1;
    const controller = new AbortController();
    const outcome = settled(this.#invoke(line, args.value, controller.signal));
    this.#calls.set(keyOf(line.process, "host", line.call), { number, name, line, controller, outcome });
  }

  #invoke({ process, to, trace }: LineOf<"call">, args: unknown[], signal: AbortSignal): Promise<unknown> {
    const { isolator } = this.#isolate as ExtendedIsolator;
    if ("module" in to) {
      return isolator.invoke(this.#options.module ?? to.module, to.method, args, {
        signal,
        ...(trace === undefined ? {} : { trace }),
      });
    }
    return callLive(this.#live.lent(process, to.reference), to.method, args);
  }

  /** What the host stores is there again; what else it asks for of itself, this one does by itself. */
  async #callOfFramework(line: LineOf<"call">, method: string): Promise<void> {
    if (method !== "setData") return;
    const args = this.#values.decodeIn(line, line.args, () => undefined)?.value;
    if (Array.isArray(args) && typeof args[0] === "string") await this.#isolate?.isolator.setData(args[0], args[1]);
  }

  #abort(line: LineOf<"abort">): void {
    const reason =
      line.reason === undefined ? undefined : this.#values.decodeIn(line, line.reason, () => undefined)?.value;
    this.#host.abort(keyOf(line.process, "host", line.signal), reason);
  }

  async #result(line: LineOf<"result">): Promise<void> {
    const key = keyOf(line.process, "host", line.call);
    const call = this.#calls.get(key);
    // What was given up has settled by that.
    if (call === undefined || this.#events.cancelled.has(key)) return;
    const outcome = await within(call.outcome, this.#options.timeoutMs);
    const recorded = line.error ?? line.value;
    const path = line.error === undefined ? "result" : "error";
    const expected =
      recorded === undefined ? { value: undefined } : this.#values.decodeIn(line, recorded, lentAs(line));
    if (expected === undefined) {
      this.#findings.notes.push(`call ${call.number} (${call.name}): the record does not have what it came to`);
      return;
    }
    if (outcome === undefined)
      this.#findings.differ(call, line.line, { path, expected: expected.value, received: LATE });
    else if ("error" in outcome !== (line.error !== undefined))
      this.#findings.differ(call, line.line, otherwise(path, expected.value, outcome));
    else
      this.#live.compare(call, line.line, expected.value, "error" in outcome ? outcome.error : outcome.value, [path]);
  }

  /** A death in the record: its calls are lost now, too, and it is the same one. */
  async #exit(line: LineOf<"exit">): Promise<void> {
    this.#processes.delete(line.process);
    // Its host has ended it.
    if (line.reason === "requested" || line.reason === "terminated") return;
    const lost = [...this.#calls].filter(
      ([
        key,
        {
          line: { process },
        },
      ]) => process === line.process && this.#isLost(key),
    );
    for (const [, call] of lost) {
      const outcome = await within(call.outcome, this.#options.timeoutMs);
      const isLost = outcome !== undefined && "error" in outcome && IsolationError.is(outcome.error);
      if (isLost) continue;
      const received = outcome === undefined ? LATE : "error" in outcome ? outcome.error : outcome.value;
      this.#findings.differ(call, line.line, { path: "death", expected: new Ending(line.description), received });
      return;
    }
    const exit = await this.#exits.next(this.#options.timeoutMs);
    const now = exit && {
      reason: exit.reason,
      ...(exit.kind === "exited" ? { code: exit.code } : { signal: exit.signal }),
    };
    const { reason, code, signal } = line;
    const then = { reason, ...(code === undefined ? { signal } : { code }) };
    const about = lost[0]?.[1] ?? { number: this.#counted, name: "the process" };
    if (now === undefined)
      this.#findings.differ(about, line.line, {
        path: "death",
        expected: new Ending(line.description),
        received: LATE,
      });
    else this.#live.compare(about, line.line, then, now, ["death"]);
  }

  #isLost(key: string): boolean {
    return !this.#events.answers.has(key) && !this.#events.cancelled.has(key);
  }

  /** Everything that was lent is read, and every callback has come. */
  async #finish(): Promise<void> {
    await within(this.#live.read(), this.#options.timeoutMs);
    if (this.#options.firstCall > 1) return;
    const until = performance.now() + this.#options.timeoutMs;
    for (;;) {
      const [missing] = [...this.#host.missing()].filter(({ call }) => !isOfFramework(call));
      if (missing === undefined) return;
      const left = until - performance.now();
      if (left <= 0 || !this.#isLive()) {
        const expected = this.#argsOf(missing);
        this.#findings.differ(this.#callbackOf(missing), missing.call.line, {
          path: "args",
          expected,
          received: NOT_CALLED,
        });
        return;
      }
      await within(this.#news(), left);
    }
  }

  /** Resolves when the isolate has called the host, or a process has ended. */
  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  #isLive(): boolean {
    return this.#isolate?.isolator.state === "ready";
  }

  #called(recorded: CallOfIsolate, args: readonly unknown[]): void {
    const expected = this.#argsOf(recorded);
    if (expected !== undefined)
      this.#live.compare(this.#callbackOf(recorded), recorded.call.line, expected, args, ["args"]);
  }

  #calledInVain(target: string, args: readonly unknown[]): void {
    const about = { number: this.#counted, name: `a callback (${target})` };
    if (this.#options.firstCall > 1) return;
    this.#findings.differ(about, this.#record.lines.at(-1)?.line ?? 1, {
      path: "args",
      expected: NOT_CALLED,
      received: args,
    });
  }

  #argsOf({ call }: CallOfIsolate): unknown {
    return this.#values.decodeIn(call, call.args, lentAs(call))?.value;
  }

  #callbackOf({ call: { to } }: CallOfIsolate): About {
    const name = "module" in to ? `${to.method} of ${to.module}, which the isolate calls` : "a callback";
    return { number: this.#counted, name };
  }
}

const LATE = new Ending("nothing, in all the time that there was");
const NOT_CALLED = new Ending("no call");

/** What returned has thrown, or the other way round. */
function otherwise(path: string, expected: unknown, outcome: Settled): Difference {
  return { path, expected, received: "error" in outcome ? outcome.error : outcome.value };
}

function isOfFramework({ to }: LineOf<"call">): boolean {
  return "module" in to && to.module === HOST_MODULE;
}

import type { ExitOutcome } from "../process/index.js";
import type { CallTarget } from "../session/index.js";
import type { Generation } from "../supervision/index.js";
import {
  type CallFacts,
  type CallKind,
  type CallSpan,
  callSpan,
  guarded,
  type IsolateGauges,
  type IsolateIdentity,
  type StartOutcome,
  type StartReason,
  type Telemetry,
  type TraceContext,
} from "../telemetry/index.js";

/** Tells an isolate's telemetry what its calls and processes do. */
export class IsolateTelemetry {
  /** Whether anybody listens to calls: the only question that is asked for every call. */
  hearsCalls = false;
  readonly #identity: IsolateIdentity;
  readonly #kind: CallKind;
  readonly #gauges: IsolateGauges;
  #listening: readonly Telemetry[] = [];
  /** One object for each export and caller, for whoever keeps something with it. */
  readonly #facts = new WeakMap<CallTarget, Map<string | undefined, CallFacts>>();
  readonly #watching = new Map<Telemetry, () => void>();
  #isOver = false;

  constructor(identity: IsolateIdentity, kind: CallKind, gauges: Omit<IsolateGauges, keyof IsolateIdentity>) {
    this.#identity = identity;
    this.#kind = kind;
    this.#gauges = { ...identity, ...gauges };
  }

  /** Another one listens from now on, if it does not yet. */
  add(telemetry: Telemetry): void {
    if (this.#isOver || this.#listening.includes(telemetry)) return;
    this.#listening = [...this.#listening, telemetry];
    this.hearsCalls ||= telemetry.call !== undefined;
    const forget = guarded(() => telemetry.watch?.(this.#gauges));
    if (typeof forget === "function") this.#watching.set(telemetry, forget);
  }

  /** A call was made; undefined when nobody wants to know of it. */
  call(target: CallTarget, caller: string | undefined, trace: TraceContext | undefined): CallSpan | undefined {
    return target.kind === "module" ? callSpan(this.#listening, this.#factsOf(target, caller), trace) : undefined;
  }

  /** A process is being started. The result is to be told how that went, once. */
  start(generation: number, reason: StartReason): (live: Generation | undefined, error?: unknown) => void {
    const facts = { ...this.#identity, generation, reason };
    const spans = this.#listening.map((telemetry) => guarded(() => telemetry.start?.(facts)));
    return (live, error) => {
      const outcome: StartOutcome = live === undefined ? { failed: true, error } : { failed: false, pid: live.pid };
      for (const span of spans) if (span !== undefined) guarded(() => span.end(outcome));
    };
  }

  /** A process that took calls has ended. */
  death(live: Generation, outcome: ExitOutcome, willRestart: boolean): void {
    if (this.#listening.length === 0) return;
    const { reason, description, uptimeMs } = outcome;
    const facts = {
      ...this.#identity,
      generation: live.number,
      pid: live.pid,
      ...{ reason, description, uptimeMs, willRestart },
      exitCode: outcome.kind === "exited" ? outcome.code : undefined,
      signal: outcome.kind === "signalled" ? outcome.signal : undefined,
    };
    for (const telemetry of this.#listening) guarded(() => telemetry.death?.(facts));
  }

  /** The isolate is down for good. */
  close(): void {
    this.#isOver = true;
    for (const forget of this.#watching.values()) guarded(forget);
    this.#watching.clear();
  }

  #factsOf(target: CallTarget & { kind: "module" }, caller: string | undefined): CallFacts {
    let byCaller = this.#facts.get(target);
    if (byCaller === undefined) {
      byCaller = new Map();
      this.#facts.set(target, byCaller);
    }
    let facts = byCaller.get(caller);
    if (facts === undefined) {
      const { module, method } = target;
      const kind = caller === undefined ? this.#kind : "isolate";
      facts = Object.freeze({ ...this.#identity, module, method, kind, caller });
      byCaller.set(caller, facts);
    }
    return facts;
  }
}

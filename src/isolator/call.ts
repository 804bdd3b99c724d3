import { IsolationError } from "../errors/index.js";
import {
  type Answer,
  type ArgumentsSnapshot,
  type CallExtras,
  type CallSink,
  type CallSite,
  type CallTarget,
  onAbort,
  type ProcessSession,
  snapshotArguments,
} from "../session/index.js";
import { type CallSpan, tellBegan, tellEnd, tellQueued, traceOf } from "../telemetry/index.js";
import type { IsolateTelemetry } from "./isolate-telemetry.js";
import type { ResolvedCallOptions } from "./options/index.js";

/** Where calls run: a process, as far as calls are concerned. */
export interface CallPlace {
  readonly session: ProcessSession;
  /** Its generation, where that is known. */
  readonly number?: number;
  readonly pid?: number;
}

/** Who takes care of calls. */
export interface CallOwner {
  /** Called once for every call, when it has settled. */
  settled(call: Call): void;
  /** Asked for a call that has failed where it ran: whether it runs again elsewhere instead. */
  takesBack?(call: Call, reason: unknown): boolean;
  /** Called for a call that was given up while it ran, when it has ended there. */
  ended(call: Call): void;
}

const NONE: readonly unknown[] = [];
const SUCCEEDED = Object.freeze({ failed: false } as const);

/** One call from the moment it is made until it settles, which it does exactly once. */
export class Call implements CallSink {
  readonly callSite: CallSite | undefined;
  /** How many times it was handed to a process. */
  attempts = 0;
  /** The isolate that has asked for it, if one has. */
  caller: string | undefined = undefined;
  /** Who takes care of it now. */
  owner: CallOwner;
  /** For its owner: where it runs. */
  place: unknown = undefined;
  /** For its owner: where it is among those that run there, and after which of them it came. */
  index = -1;
  order = 0;
  /** For its owner: its neighbours among those that wait. */
  previous: Call | undefined = undefined;
  next: Call | undefined = undefined;
  /** For its owner: since when it has waited, and in which order with others. */
  since = 0;
  lane: unknown = undefined;
  readonly target: CallTarget;
  // Not `#private`: of hundreds of thousands of these a second, each would pay for every private field.
  private args: readonly unknown[];
  /** The arguments as they were at the call, once somebody has to keep them. */
  private kept: ArgumentsSnapshot | undefined = undefined;
  private readonly options: ResolvedCallOptions;
  private readonly answer: Answer;
  /** What hears of it; nearly always nothing does. */
  private span: CallSpan | undefined = undefined;
  private session: ProcessSession | undefined = undefined;
  private id = 0;
  private isSettled = false;
  private wasGivenUp = false;
  private limits: Limits | undefined = undefined;

  constructor(
    target: CallTarget,
    args: readonly unknown[],
    options: ResolvedCallOptions,
    owner: CallOwner,
    callSite: CallSite | undefined,
    answer: Answer,
  ) {
    this.target = target;
    this.args = args;
    this.options = options;
    this.owner = owner;
    this.callSite = callSite;
    this.answer = answer;
    if (options.timeoutMs !== undefined || options.signal !== undefined) this.limits = new Limits(this, options);
  }

  get settled(): boolean {
    return this.isSettled;
  }

  /** Whether it settled while it ran, by the caller's own wish: it holds its place there until it has ended. */
  get isGivenUp(): boolean {
    return this.wasGivenUp;
  }

  /** What it is called with, as long as it has not settled. */
  get arguments(): readonly unknown[] {
    return this.args;
  }

  /** Whether its signal was aborted before it could even begin. */
  get isAborted(): boolean {
    return this.options.signal?.aborted === true;
  }

  /** Whether it may run again after it has begun: a stream that it was given would be found read. */
  get isReplayable(): boolean {
    return this.options.idempotent && this.kept?.hasStream !== true;
  }

  /** Somebody listens to calls, and is to hear of this one. To be called once, before it runs or waits. */
  observe(telemetry: IsolateTelemetry): void {
    this.span = telemetry.call(this.target, this.caller, this.options.trace);
  }

  /** It waits from now on. */
  waits(): void {
    if (this.span !== undefined) tellQueued(this.span);
  }

  /**
   * Takes the arguments as they are now: whoever made the call may change them before it is sent. Once is enough.
   *
   * @throws IsolationError NOT_SERIALIZABLE naming the path
   */
  keepArguments(): void {
    if (this.kept !== undefined) return;
    this.kept = snapshotArguments(this.args);
    this.args = this.kept.args;
  }

  /** Sends the call to a process. @throws IsolationError NOT_SERIALIZABLE naming the path */
  hand(place: CallPlace): void {
    const { session } = place;
    if (this.options.idempotent) this.keepArguments();
    this.attempts += 1;
    if (this.span !== undefined) this.tellBegan(this.span, place);
    this.session = session;
    const context = this.kept?.context;
    // Handed over later: what it lends runs nevertheless where the call was made.
    if (context === undefined) this.send(session);
    else context(() => this.send(session));
  }

  /** Whether the process that it was handed to never saw it: then it was not handed over at all. */
  takeBack(): boolean {
    if (this.session?.unsent.has(this.id) !== true) return false;
    this.attempts -= 1;
    return true;
  }

  /** It runs nowhere any more, and waits for another process. */
  detach(): void {
    this.session = undefined;
  }

  /** The process has refused it unseen. False where it cannot be handed over again: a stream among its arguments is used up. */
  handBack(): boolean {
    this.keepArguments();
    this.attempts -= 1;
    return this.kept?.hasStream !== true;
  }

  resolve(value: unknown): void {
    if (!this.settle()) return;
    if (this.span !== undefined) tellEnd(this.span, SUCCEEDED);
    this.answer.resolve(value);
  }

  reject(reason: unknown): void {
    if (this.owner.takesBack?.(this, reason) === true) return;
    if (!this.settle()) return;
    if (this.span !== undefined) tellEnd(this.span, { failed: true, error: reason });
    this.answer.reject(reason);
  }

  /** It was given up while it ran, and has ended. */
  ended(): void {
    this.owner.ended(this);
  }

  /** Rejects with an error of the framework, whose stack is then the place where the call was made. */
  fail(error: IsolationError): void {
    if (this.callSite !== undefined) {
      const frames = this.callSite.stack?.split("\n").slice(1) ?? [];
      error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
    }
    this.reject(error);
  }

  /**
   * Settles by the caller's own wish: the process is told that nobody waits any more.
   *
   * @param reason what the sources of streams among the arguments hear
   */
  giveUp(error: IsolationError, reason: unknown = error): void {
    if (this.isSettled) return;
    this.wasGivenUp = this.session !== undefined;
    this.fail(error);
    this.session?.cancel(this.id, reason);
  }

  /** Settles it as its signal would. */
  cancel(): void {
    this.limits?.abort();
  }

  /** What is called, for messages. */
  toString(): string {
    return this.target.kind === "module" ? `${this.target.method} of ${this.target.module}` : "the call";
  }

  private send(session: ProcessSession): void {
    this.id = session.call(this.target, this.args, this, this.extras());
  }

  private tellBegan(span: CallSpan, { number = 0, pid = 0 }: CallPlace): void {
    tellBegan(span, { generation: number, pid, attempt: this.attempts });
  }

  private extras(): CallExtras | undefined {
    const own = this.span === undefined ? undefined : traceOf(this.span);
    const trace = own ?? this.options.trace;
    if (this.attempts === 1 && trace === undefined && this.limits === undefined) return undefined;
    return { attempt: this.attempts, trace: trace ?? {}, timeoutMs: this.limits?.remainingMs() ?? 0 };
  }

  /** The first settling wins; timers and listeners go with it. */
  private settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    this.args = NONE;
    this.kept = undefined;
    this.limits?.lift();
    this.owner.settled(this);
    return true;
  }
}

/** The timer and the signal of a call that has them. */
class Limits {
  readonly #call: Call;
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #forget: (() => void) | undefined;

  constructor(call: Call, { signal, timeoutMs }: ResolvedCallOptions) {
    this.#call = call;
    this.#signal = signal;
    if (timeoutMs !== undefined) {
      this.#deadline = performance.now() + timeoutMs;
      this.#timer = setTimeout(() => {
        const facts = { attempts: call.attempts };
        const message = `${call} did not settle within timeoutMs (${timeoutMs} ms)`;
        call.giveUp(new IsolationError("DEADLINE_EXCEEDED", message, { facts }));
      }, timeoutMs);
    }
    if (signal !== undefined) {
      this.#forget = onAbort(signal, () => this.abort());
    }
  }

  abort(): void {
    const facts = { attempts: this.#call.attempts };
    const message = `${this.#call} was cancelled by the caller's signal`;
    const reason: unknown = this.#signal?.reason;
    this.#call.giveUp(new IsolationError("CANCELLED", message, { cause: reason, facts }), reason);
  }

  /** 0 when there is no deadline. */
  remainingMs(): number {
    return this.#deadline === undefined ? 0 : Math.max(1, Math.round(this.#deadline - performance.now()));
  }

  lift(): void {
    clearTimeout(this.#timer);
    this.#forget?.();
  }
}

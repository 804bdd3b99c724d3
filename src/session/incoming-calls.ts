import { isJsonSafe } from "../codec/index.js";
import { IsolationError } from "../errors/index.js";
import { BOUNDS } from "./bounds.js";
import type { Callee, CallHandler, IncomingCall } from "./call-target.js";
import type { Loans } from "./loans.js";
import type { Outbox } from "./outbox.js";
import type { ReadyPayload } from "./payloads.js";
import type { Scope } from "./scope.js";
import type { Values } from "./values.js";

/** What a handle of the other side stands for here: the function, or how to come by it. */
type Target = { readonly callee: Callee } | { readonly resolve: () => Callee | Promise<Callee> };

/** A call of the other side while it runs. */
class RunningCall implements IncomingCall {
  readonly id: number;
  readonly attempt: number;
  readonly deadline: number | undefined;
  readonly trace: Readonly<Record<string, string>>;
  readonly scope: Scope | undefined;
  #controller: AbortController | undefined;
  #aborted: IsolationError | undefined;

  constructor(id: number, details: IncomingDetails | undefined) {
    this.id = id;
    this.attempt = details?.attempt || 1;
    this.deadline = details !== undefined && details.timeoutMs > 0 ? Date.now() + details.timeoutMs : undefined;
    this.trace = details?.trace ?? {};
    this.scope = details?.scope;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  abort(error: IsolationError): void {
    this.#aborted = error;
    this.#controller?.abort(error);
  }
}

/** What a call has beyond its columns. */
export interface IncomingDetails {
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly trace: Readonly<Record<string, string>>;
  readonly scope: Scope | undefined;
}

/** The calls of the other side: runs them, and sends what they come to. */
export class IncomingCalls {
  readonly #outbox: Outbox;
  readonly #values: Values;
  readonly #loans: Loans;
  readonly #handler: CallHandler;
  readonly #targets = new Map<number, Target>();
  readonly #handlesOf = new Map<number, number[]>();
  readonly #running = new Map<number, RunningCall>();

  constructor(outbox: Outbox, values: Values, loans: Loans, handler: CallHandler) {
    this.#outbox = outbox;
    this.#values = values;
    this.#loans = loans;
    this.#handler = handler;
  }

  introduce(
    handle: number,
    { module, method, reference }: { module: string; method: string; reference: number },
  ): void {
    const resolve =
      reference === 0
        ? (): Callee | Promise<Callee> => this.#handler.resolve(module, method)
        : (): Callee => this.#loans.callee(reference, method);
    if (this.#targets.size >= BOUNDS.handles) throw tooMany("handles", BOUNDS.handles);
    this.#targets.set(handle, { resolve });
    if (reference === 0) return;
    const handles = this.#handlesOf.get(reference);
    if (handles === undefined) this.#handlesOf.set(reference, [handle]);
    else handles.push(handle);
  }

  /** What this side had lent is lent no more: nobody can call it. */
  forget(reference: number): void {
    for (const handle of this.#handlesOf.get(reference) ?? []) this.#targets.delete(handle);
    this.#handlesOf.delete(reference);
  }

  /** Runs a call: what goes wrong is the call's answer. @throws IsolationError PROTOCOL only when there are too many */
  run(id: number, handle: number, args: readonly unknown[], details: IncomingDetails | undefined): void {
    if (this.#running.size >= BOUNDS.runningCalls) throw tooMany("calls at once", BOUNDS.runningCalls);
    const call = new RunningCall(id, details);
    this.#running.set(id, call);
    const target = this.#targets.get(handle);
    try {
      if (target === undefined)
        throw new IsolationError("PROTOCOL", `the handle ${handle} was never introduced, or what it stood for is gone`);
      if ("callee" in target) {
        this.#answer(call, this.#handler.run(target.callee, args, call));
        return;
      }
      const callee = target.resolve();
      if (callee instanceof Promise) this.#answer(call, this.#runResolved(handle, callee, args, call));
      else this.#answer(call, this.#handler.run(callee, args, call));
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Answers a call that could not even begin. */
  refuse(id: number, error: unknown): void {
    const call = new RunningCall(id, undefined);
    this.#running.set(id, call);
    this.#fail(call, error);
  }

  /** Nobody waits for the call any more. */
  cancel(id: number): void {
    const call = this.#running.get(id);
    if (call === undefined) return;
    this.#running.delete(id);
    call.abort(new IsolationError("CANCELLED", "the caller does not wait for this call any more"));
    call.scope?.end();
  }

  /** The caller is gone. */
  lose(): void {
    for (const id of [...this.#running.keys()]) this.cancel(id);
  }

  async #runResolved(
    handle: number,
    resolving: Promise<Callee>,
    args: readonly unknown[],
    call: RunningCall,
  ): Promise<unknown> {
    const callee = await resolving;
    // From now on calls of this handle run without a detour; a failed resolution is tried again by the next call.
    this.#targets.set(handle, { callee });
    return this.#handler.run(callee, args, call);
  }

  #answer(call: RunningCall, outcome: unknown): void {
    if (isThenable(outcome)) {
      outcome.then(
        (value) => this.#succeed(call, value),
        (error: unknown) => this.#fail(call, error),
      );
    } else this.#succeed(call, outcome);
  }

  #succeed(call: RunningCall, value: unknown): void {
    if (!this.#running.has(call.id)) return;
    if (value === undefined) {
      this.#outbox.voidResult(call.id);
    } else if (isJsonSafe(value)) {
      if (typeof value === "object" && value !== null) this.#outbox.resultWithText(call.id, JSON.stringify(value));
      else this.#outbox.result(call.id, value);
    } else {
      try {
        this.#settle(call, "value", this.#values.encode(value, "result", undefined));
      } catch (error) {
        this.#fail(call, error);
        return;
      }
      return;
    }
    this.#end(call);
  }

  #fail(call: RunningCall, error: unknown): void {
    if (this.#running.has(call.id)) this.#settle(call, "error", this.#values.encodeError(error));
  }

  #settle(call: RunningCall, $case: "value" | "error", { payload, sent }: ReadyPayload): void {
    const send = (): void => {
      if (!this.#running.has(call.id)) return;
      this.#outbox.settlement(call.id, { $case, value: payload });
      this.#end(call);
    };
    if (sent === undefined) send();
    else void sent.then(send);
  }

  #end(call: RunningCall): void {
    this.#running.delete(call.id);
    call.scope?.end();
  }
}

function tooMany(what: string, bound: number): IsolationError {
  return new IsolationError("PROTOCOL", `the peer has more than ${bound} ${what}`);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

import { usedModuleName } from "../src/contract/index.js";
import { IsolationError } from "../src/errors/index.js";
import type { UseOptions } from "../src/inside/bridge.js";
import {
  type CallExtras,
  type CallSink,
  type CallSite,
  type CallTarget,
  createMemberProxy,
  currentCallSite,
  hasTrace,
  onAbort,
  PromisedAnswer,
  RemoteModule,
  type Session,
} from "../src/session/index.js";
import { callInContext } from "./current-call.js";
import { giveUpWith } from "./inner-calls.js";
import { traceToCarry } from "./trace-context.js";
import { checkUse } from "./use-options.js";

/** How many members of one proxy are remembered, so that reading one again gives the same function. */
const MAX_MEMBERS = 10_000;

/** What modules use of other isolates and of the host: proxies, whose calls go to the host, which decides what is granted. */
export class Uses {
  #session: Session | undefined;
  /** What may be lent to other processes. */
  handedOn: ReadonlySet<string> = new Set();

  /** The session in which the host serves them. */
  speakOn(session: Session): void {
    this.#session = session;
  }

  /** @throws IsolationError INVALID_OPTION */
  proxyOf(target: string, options: UseOptions): object {
    const use = checkUse(target, options);
    const module = usedModuleName({ target, idempotent: use.idempotent === true });
    return createMemberProxy(new RemoteModule(target), {
      isNested: true,
      isIterable: false,
      maxMembers: MAX_MEMBERS,
      bind: (method) => {
        const callTarget: CallTarget = { kind: "module", module, method };
        const call = (...args: unknown[]): Promise<unknown> => this.#call(callTarget, args, use, call);
        return call;
      },
      notLent: () => (this.handedOn.has(target) ? undefined : notHandedOn(target)),
    });
  }

  #call(
    target: CallTarget,
    args: readonly unknown[],
    options: UseOptions,
    calledFrom: (...args: never[]) => unknown,
  ): Promise<unknown> {
    const session = this.#session;
    if (session === undefined) return Promise.reject(new IsolationError("STOPPED", "no host serves this process"));
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(cancelled(target, signal));
    const call = new UsedCall(currentCallSite(calledFrom));
    try {
      const id = session.call(target, args, call, extrasOf(options));
      if (signal !== undefined) call.follow(signal, () => session.cancel(id, signal.reason), target);
      else call.followOuter(() => session.cancel(id), target);
    } catch (error) {
      call.reject(error);
    }
    return call.answer.promise;
  }
}

/** A call of another isolate or of the host until it settles. */
class UsedCall implements CallSink {
  readonly answer = new PromisedAnswer();
  readonly callSite: CallSite | undefined;
  // Not `#private`: one is made for every call.
  private forget: (() => void) | undefined = undefined;

  constructor(callSite: CallSite | undefined) {
    this.callSite = callSite;
  }

  resolve(value: unknown): void {
    this.forget?.();
    this.answer.resolve(value);
  }

  reject(error: unknown): void {
    this.forget?.();
    this.answer.reject(error);
  }

  lost(error: unknown): void {
    this.reject(error);
  }

  /** Is given up when the signal aborts. */
  follow(signal: AbortSignal, giveUp: () => void, target: CallTarget): void {
    this.forget = onAbort(signal, () => {
      this.answer.reject(cancelled(target, signal));
      giveUp();
    });
  }

  /** Is given up when the call is cancelled that it is made in. */
  followOuter(giveUp: () => void, { method }: CallTarget): void {
    const outer = callInContext();
    if (outer === undefined) return;
    this.forget = giveUpWith(outer, () => {
      this.answer.reject(new IsolationError("CANCELLED", `${method} was cancelled with the call that it was made in`));
      giveUp();
    });
  }
}

/** What is left of the time of the call that this one is made in, and its trace, unless the options say otherwise. */
function extrasOf({ timeoutMs, trace }: UseOptions): CallExtras | undefined {
  const outer = callInContext();
  const deadline = outer?.deadline;
  const left = deadline === undefined ? undefined : Math.max(1, deadline - Date.now());
  const time = timeoutMs === undefined || (left !== undefined && left < timeoutMs) ? left : timeoutMs;
  const carried = trace ?? traceToCarry(hasTrace(outer?.trace) ? outer?.trace : undefined);
  if (time === undefined && carried === undefined) return undefined;
  return { timeoutMs: time ?? 0, trace: carried ?? {} };
}

function cancelled(target: CallTarget, signal: AbortSignal): IsolationError {
  const message = `${target.method} was cancelled by the caller's signal`;
  return new IsolationError("CANCELLED", message, { cause: signal.reason });
}

function notHandedOn(target: string): IsolationError {
  const message =
    `what was granted of ${target} may not be handed on to another process: ` +
    `the manifest allows that by "handOn: true" at the grant`;
  return new IsolationError("NOT_GRANTED", message);
}

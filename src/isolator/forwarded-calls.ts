import { timerDelay } from "../platform/index.js";
import { type Answer, hasTrace, type SessionCall } from "../session/index.js";
import { Call } from "./call.js";
import type { CallTaker } from "./module-calls.js";
import type { ResolvedCallOptions } from "./options/index.js";

/** What one isolate calls of another. */
export interface ForwardedTarget {
  /** Who calls it. */
  readonly caller: string;
  readonly method: string;
  /** Of calls that have neither a deadline nor a trace. */
  readonly options: ResolvedCallOptions;
}

/** A call that an isolate has made of another one, which hears here what it comes to. */
export interface AskedCall extends Answer {
  readonly args: readonly unknown[];
  readonly origin: SessionCall;
}

/** @param idempotent whether calls may run again when the process dies while they run */
export function forwardedTarget(caller: string, method: string, idempotent: boolean): ForwardedTarget {
  return { caller, method, options: { signal: undefined, timeoutMs: undefined, idempotent, trace: undefined } };
}

/**
 * Makes a call that another isolate has asked for: with what is left of its time, and its trace. It is given up when that one
 * does not wait any more. The arguments are the call's own, and are not copied.
 */
export function forwardCall(taker: CallTaker, module: string, target: ForwardedTarget, asked: AskedCall): void {
  const { args, origin } = asked;
  const options = optionsOf(target.options, origin);
  const call = new Call(taker.targets.of(module, target.method), args, options, taker, undefined, asked);
  call.caller = target.caller;
  origin.onAbandoned((reason) => call.giveUp(reason));
  taker.submit(call);
}

function optionsOf(options: ResolvedCallOptions, { deadline, trace }: SessionCall): ResolvedCallOptions {
  const isTraced = hasTrace(trace);
  if (deadline === undefined && !isTraced) return options;
  const timeoutMs = deadline === undefined ? undefined : timerDelay(Math.max(1, deadline - Date.now()));
  return { ...options, timeoutMs, trace: isTraced ? trace : undefined };
}

import { hasTrace, type IncomingCall } from "../session/index.js";
import { Call } from "./call.js";
import type { CallTaker } from "./module-calls.js";

/** How a call of one isolate is made in another. */
export interface ForwardedCall {
  /** Who asks for it. */
  readonly caller: string;
  readonly module: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Whether it may run again when the process dies while it runs. */
  readonly idempotent: boolean;
}

/**
 * Makes a call that another isolate has asked for: with what is left of its time, and its trace. It is given up when that one
 * does not wait any more. The arguments are the call's own, and are not copied.
 */
export function forwardCall(taker: CallTaker, forwarded: ForwardedCall, origin: IncomingCall): Promise<unknown> {
  const { caller, module, method, args, idempotent } = forwarded;
  const { deadline, trace } = origin;
  const options = {
    signal: undefined,
    timeoutMs: deadline === undefined ? undefined : Math.max(1, deadline - Date.now()),
    idempotent,
    trace: hasTrace(trace) ? trace : undefined,
  };
  const call = new Call(taker.targets.of(module, method), args, options, taker, undefined);
  call.caller = caller;
  origin.onAbandoned?.((reason) => call.giveUp(reason));
  taker.submit(call);
  return call.result;
}

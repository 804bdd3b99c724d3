import { IsolationError } from "../src/errors/index.js";
import type { Callee, IncomingCall } from "../src/session/index.js";
import type { CallLedger } from "./call-ledger.js";
import { runInCall } from "./current-call.js";

/** Runs a call, and keeps count of it from its arrival on, while its module is still being loaded. */
export function runCounted(
  ledger: CallLedger,
  call: IncomingCall,
  callee: Callee | Promise<Callee>,
  args: readonly unknown[],
): unknown {
  ledger.begin();
  try {
    const result = typeof callee === "function" ? runInCall(call, callee, args) : runLater(call, callee, args);
    if (!isThenable(result)) {
      ledger.succeed();
      return result;
    }
    // A thenable may begin its work with each `then`, as a query of a database does: it is asked once.
    const promise = result instanceof Promise ? result : Promise.resolve(result);
    promise.then(
      () => ledger.succeed(),
      () => ledger.fail(),
    );
    return promise;
  } catch (error) {
    ledger.fail();
    throw error;
  }
}

async function runLater(call: IncomingCall, callee: Promise<Callee>, args: readonly unknown[]): Promise<unknown> {
  const own = await callee;
  // It was given up before it could begin: it would wait for a signal that has fired, and hold its place for ever.
  if (isGivenUp(call.signal)) throw call.signal.reason;
  return runInCall(call, own, args);
}

/** Whether nobody waits any more; a process that is to end still runs the calls that it has. */
function isGivenUp({ reason }: AbortSignal): boolean {
  return IsolationError.is(reason, "CANCELLED");
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

import { IsolationError } from "process-isolation";
import { StreamFailure, WrongAnswer } from "./calls/call-kind.mjs";

/**
 * Makes a call and writes down that it was made and how it settled. Never rejects.
 * @param {import("../ledger/ledger.mjs").Ledger} ledger
 * @param {{ key: string, kind: string, isolate: string }} call
 * @param {() => Promise<Record<string, unknown>>} make
 * @returns {Promise<boolean>} whether it was answered
 */
export async function recordCall(ledger, call, make) {
  ledger("call", call);
  try {
    const known = await make();
    ledger("end", { key: call.key, how: "resolved", ...known });
    return true;
  } catch (error) {
    ledger("end", { key: call.key, ...describeFailure(error) });
    return false;
  }
}

/** @param {unknown} error @returns {Record<string, unknown>} */
function describeFailure(error) {
  if (error instanceof StreamFailure) return { ...describeFailure(error.cause), received: error.received };
  if (error instanceof WrongAnswer) return { how: "wrong answer", message: error.message };
  if (!IsolationError.is(error)) return { how: "foreign error", message: String(Object(error).stack ?? error) };
  const { pid, generation, exitCode, signal, reason, attempts } = error.facts;
  const facts = { pid, generation, exitCode, signal, reason, attempts };
  return { how: error.code, message: error.message.slice(0, 300), cause: causeOf(error), ...facts };
}

/** @param {Error} error */
function causeOf({ cause }) {
  return cause === undefined ? undefined : String(Object(cause).message ?? cause).slice(0, 300);
}

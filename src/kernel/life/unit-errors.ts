import { IsolationError } from "../../errors/index.js";

/** Why a call of an isolate cannot be taken. @param hasFailed whether it could not be started */
export function isDown(isolate: string, hasFailed: boolean): IsolationError {
  const how = hasFailed ? "could not be started" : "is stopped";
  return new IsolationError("STOPPED", `${isolate} ${how}`, { facts: { isolate } });
}

/** Why a call of an isolate that has ended is not waited for. */
export function endsToo(isolate: string, caller: string): IsolationError {
  const message = `${isolate} has ended, and ${caller} is about to, as the supervision of their group says`;
  return new IsolationError("STOPPED", message, { facts: { isolate } });
}

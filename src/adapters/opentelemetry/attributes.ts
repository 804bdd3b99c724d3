import type { Attributes, Exception } from "@opentelemetry/api";
import { IsolationError } from "../../errors/index.js";
import { type CallFacts, failureKindOf, type IsolateIdentity, OTHER } from "../../telemetry/index.js";

/** As the conventions for remote procedure calls name a system. */
export const SYSTEM = "process_isolation";

/** Characters of what a module's error says: it may say anything. */
const MESSAGE_LENGTH = 2_048;
const STACK_LENGTH = 8_192;
const TYPE_LENGTH = 100;

/** Classes of errors that a module may throw and that every runtime has: others are names that somebody made up. */
const COMMON = new Set(["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "AggregateError"]);

export function identityAttributes({ isolate, kernel }: IsolateIdentity): Attributes {
  return {
    "process_isolation.isolate": isolate,
    ...(kernel === undefined ? {} : { "process_isolation.kernel": kernel }),
  };
}

/** What a span of a call begins with: a service is an isolate. */
export function callAttributes(facts: CallFacts): Attributes {
  const { isolate, module, method, kind, caller } = facts;
  return {
    ...rpcAttributes(isolate, method),
    ...identityAttributes(facts),
    "process_isolation.module": module,
    "process_isolation.caller.kind": kind,
    ...(caller === undefined ? {} : { "process_isolation.caller": caller }),
  };
}

export function rpcAttributes(service: string, method: string): Attributes {
  return { "rpc.system": SYSTEM, "rpc.service": service, "rpc.method": method };
}

/** What kind of error it is: the framework's code, or the class of the module's own. */
export function errorType(error: unknown): string {
  if (IsolationError.is(error)) return error.code;
  const name: unknown = (error as { name?: unknown } | null | undefined)?.name;
  return typeof name === "string" && name !== "" ? name.slice(0, TYPE_LENGTH) : typeof error;
}

/** The same as a label of metrics, of which there may be few. */
export function errorLabel(error: unknown): string {
  const kind = failureKindOf(error);
  if (kind !== "error") return kind;
  const type = errorType(error);
  return COMMON.has(type) ? type : OTHER;
}

export function toException(error: unknown): Exception {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error).slice(0, MESSAGE_LENGTH) };
  const { message, stack } = error;
  return {
    name: errorType(error),
    message: String(message).slice(0, MESSAGE_LENGTH),
    ...(typeof stack === "string" ? { stack: stack.slice(0, STACK_LENGTH) } : {}),
  };
}

/** How the process ended that a call was lost with. */
export function deathAttributes(error: unknown): Attributes {
  if (!IsolationError.is(error)) return {};
  const { reason, exitCode, signal, generation } = error.facts;
  return {
    ...(reason === undefined ? {} : { "process_isolation.exit.reason": reason }),
    ...(exitCode === undefined ? {} : { "process_isolation.exit.code": exitCode }),
    ...(signal === undefined ? {} : { "process_isolation.exit.signal": signal }),
    ...(generation === undefined ? {} : { "process_isolation.generation": generation }),
  };
}

import { fromRemoteError } from "../codec/index.js";
import { decodeStatusDetails } from "../contract/index.js";
import { IsolationError, type IsolationErrorCode } from "../errors/index.js";

/** The statuses of gRPC that say something of their own, where nothing but them came. */
const CODE_OF_STATUS: Readonly<Record<number, IsolationErrorCode>> = {
  1: "CANCELLED",
  3: "PROTOCOL",
  4: "DEADLINE_EXCEEDED",
  5: "METHOD_NOT_FOUND",
  8: "PROTOCOL",
  12: "PROTOCOL",
  14: "STOPPED",
  16: "UNAUTHENTICATED",
};

/**
 * What a status that is not OK means: what its details say, or the framework's error that comes nearest. Any other one is
 * what the user's code threw.
 */
export function errorOfStatus(
  { code, text, details }: { readonly code: number; readonly text: string; readonly details: Buffer | undefined },
  callSite: { readonly stack?: string } | undefined,
): unknown {
  const remote = details === undefined ? undefined : detailsOf(details);
  if (remote !== undefined) return fromRemoteError(remote, callSite);
  const known = CODE_OF_STATUS[code];
  if (known === undefined) return new Error(text);
  return new IsolationError(known, `the process refused the request: ${text} (gRPC status ${code})`);
}

/** Details that cannot be read say nothing. */
function detailsOf(details: Buffer): ReturnType<typeof decodeStatusDetails> {
  try {
    return decodeStatusDetails(details);
  } catch {
    return undefined;
  }
}

import type { IncomingHttpHeaders } from "node:http2";
import { fromRemoteError } from "../../codec/index.js";
import { decodeStatusDetails, STATUS_DETAILS_KEY } from "../../contract/index.js";
import { IsolationError, type IsolationErrorCode } from "../../errors/index.js";
import { decodeStatusMessage } from "../../grpc/index.js";

/** A status of gRPC that is not OK. */
export interface FailedStatus {
  readonly code: number;
  readonly text: string;
  readonly details: Uint8Array | undefined;
}

const CODE_OF_STATUS: Readonly<Record<number, IsolationErrorCode>> = {
  1: "CANCELLED",
  3: "INVALID_OPTION",
  4: "DEADLINE_EXCEEDED",
  5: "INVALID_OPTION",
  7: "NOT_GRANTED",
  8: "QUEUE_FULL",
  14: "STOPPED",
  16: "UNAUTHENTICATED",
};

/** The status that headers or trailers hold; undefined where they hold none, or OK. */
export function failedStatus(headers: IncomingHttpHeaders): FailedStatus | undefined {
  const code = Number(headers["grpc-status"] ?? 0);
  if (code === 0) return undefined;
  const details = headers[STATUS_DETAILS_KEY];
  return {
    code,
    text: decodeStatusMessage(String(headers["grpc-message"] ?? "")),
    details: typeof details === "string" ? Buffer.from(details, "base64") : undefined,
  };
}

/** What a kernel refused with: what the details say, or the error of the framework that comes nearest. */
export function errorOfStatus({ code, text, details }: FailedStatus, callSite?: { readonly stack?: string }): unknown {
  const remote = details === undefined ? undefined : readDetails(details);
  if (remote !== undefined) return fromRemoteError(remote, callSite);
  return new IsolationError(CODE_OF_STATUS[code] ?? "PROTOCOL", `${text || "no message"} (gRPC status ${code})`);
}

/** Details that cannot be read say nothing. */
function readDetails(details: Uint8Array): ReturnType<typeof decodeStatusDetails> {
  try {
    return decodeStatusDetails(details);
  } catch {
    return undefined;
  }
}

import { toRemoteError } from "../../src/codec/index.js";
import type { IsolationErrorCode } from "../../src/errors/index.js";
import { encodeStatusMessage, GrpcError, GrpcStatus, Metadata } from "../../src/grpc/index.js";
import { statusOfCode } from "../server/status-of-code.js";
import { fitStatus } from "../server/trailer-budget.js";

/** Bytes of `grpc-message` of a status that the handler chose: beside it there may be as much again of metadata. */
const MESSAGE_BYTES = 4_096;

/** What errors for gRPC of several libraries have in common. */
interface StatusError {
  readonly code: number;
  readonly message?: unknown;
  /** The message without the name of the status: of grpc-js, of Connect. */
  readonly details?: unknown;
  readonly rawMessage?: unknown;
  readonly metadata?: unknown;
}

/** What a handler gets from the isolates that it calls, and does not catch: for its own client it means the same. */
const STATUS_OF_LOST_CALL: { readonly [code: string]: number } = {
  CANCELLED: GrpcStatus.CANCELLED,
  CRASHED: GrpcStatus.UNAVAILABLE,
  DEADLINE_EXCEEDED: GrpcStatus.DEADLINE_EXCEEDED,
  NOT_GRANTED: GrpcStatus.PERMISSION_DENIED,
  QUEUE_FULL: GrpcStatus.RESOURCE_EXHAUSTED,
  RESTARTS_EXHAUSTED: GrpcStatus.UNAVAILABLE,
  UNRESPONSIVE: GrpcStatus.UNAVAILABLE,
} satisfies { [code in IsolationErrorCode]?: number };

/**
 * How a call ends whose handler threw: with the status that the error has, as those of grpc-js and others do; else with one by
 * its code of ours or UNKNOWN, and the whole error in the details.
 */
export function toServiceStatus(thrown: unknown): GrpcError {
  if (thrown instanceof GrpcError) return thrown;
  if (isStatusError(thrown))
    return new GrpcError(thrown.code, messageOf(thrown), { metadata: metadataOf(thrown), cause: thrown });
  const error = toRemoteError(thrown);
  const code = STATUS_OF_LOST_CALL[error.frameworkCode] ?? statusOfCode(error.frameworkCode);
  const text = error.message || error.name || "what was thrown is not an error";
  const { message, details } = fitStatus(code, text, error);
  return new GrpcError(code, message, { details, cause: thrown });
}

/** Codes of a DOMException are numbers, too, and mean something else. */
function isStatusError(thrown: unknown): thrown is StatusError {
  if (typeof thrown !== "object" || thrown === null || thrown instanceof DOMException) return false;
  const { code } = thrown as { code?: unknown };
  return Number.isInteger(code) && (code as number) >= 1 && (code as number) <= 16;
}

function messageOf({ details, rawMessage, message }: StatusError): string {
  let text = String([details, rawMessage, message].find((one) => typeof one === "string") ?? "");
  while (encodeStatusMessage(text).length > MESSAGE_BYTES) text = text.slice(0, Math.floor(text.length * 0.9));
  return text;
}

/** Those of grpc-js, a `Headers`, a Map, or an object. What gRPC does not allow is left out: the status must not get lost. */
function metadataOf({ metadata }: StatusError): Metadata | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const target = new Metadata();
  for (const [name, value] of entriesOf(metadata)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      try {
        const isText = name.endsWith("-bin") && typeof one === "string";
        target.add(name, isText ? Buffer.from(one, "base64") : (one as string | Uint8Array));
      } catch {
        // A name or value that cannot travel.
      }
    }
  }
  return target.size === 0 ? undefined : target;
}

function entriesOf(metadata: object): Iterable<[string, unknown]> {
  const { toHttp2Headers } = metadata as { toHttp2Headers?: () => object };
  if (typeof toHttp2Headers === "function") return Object.entries(toHttp2Headers.call(metadata));
  return Symbol.iterator in metadata ? (metadata as Iterable<[string, unknown]>) : Object.entries(metadata);
}

import { promisify } from "node:util";
import { deflate, deflateSync, gunzip, gunzipSync, gzip, gzipSync, inflate, inflateSync } from "node:zlib";
import { GrpcError } from "./grpc-error.js";
import { GrpcStatus } from "./status.js";

/** Longer ones are left to another thread. */
const SYNCHRONOUS_BYTES = 4_096;

/** One way to compress messages. */
export interface Encoding {
  readonly name: string;
  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Rejects with RESOURCE_EXHAUSTED what would be longer than `maxBytes`, before it is; with INTERNAL what is none. */
  decompress(bytes: Buffer, maxBytes: number): Buffer | Promise<Buffer>;
}

type Sync = (bytes: Uint8Array, options: { maxOutputLength?: number }) => Buffer;
type Async = (bytes: Uint8Array, options: { maxOutputLength?: number }) => Promise<Buffer>;

function encoding(name: string, pack: readonly [Sync, Async], unpack: readonly [Sync, Async]): Encoding {
  return {
    name,
    compress: (bytes) => (bytes.length <= SYNCHRONOUS_BYTES ? pack[0](bytes, {}) : pack[1](bytes, {})),
    decompress(bytes, maxBytes) {
      const options = { maxOutputLength: Math.max(1, maxBytes) };
      const fail = (error: unknown): never => {
        throw toGrpcError(error, name, maxBytes);
      };
      if (bytes.length > SYNCHRONOUS_BYTES) return unpack[1](bytes, options).catch(fail);
      try {
        return unpack[0](bytes, options);
      } catch (error) {
        return fail(error);
      }
    },
  };
}

function toGrpcError(error: unknown, name: string, maxBytes: number): GrpcError {
  if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
    const message = `a message has more than ${maxBytes} bytes once it is decompressed, which is the bound`;
    return new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, message);
  }
  return new GrpcError(GrpcStatus.INTERNAL, `a message is not compressed with ${name}`, { cause: error });
}

/** Made when they are first asked for: few clients compress, and `node:zlib` costs every program that loads the kernel. */
const MAKERS: ReadonlyMap<string, () => Encoding> = new Map([
  ["gzip", () => encoding("gzip", [gzipSync, promisify(gzip)], [gunzipSync, promisify(gunzip)])],
  ["deflate", () => encoding("deflate", [deflateSync, promisify(deflate)], [inflateSync, promisify(inflate)])],
]);
const made = new Map<string, Encoding>();

function encodingOf(name: string): Encoding | undefined {
  const known = made.get(name) ?? MAKERS.get(name)?.();
  if (known !== undefined) made.set(name, known);
  return known;
}

/** What the header `grpc-accept-encoding` of every answer says. */
export const ACCEPTED_ENCODINGS = "identity,deflate,gzip";

/**
 * The encoding that a request says it uses; undefined for none.
 *
 * @throws GrpcError UNIMPLEMENTED for one that is not known here
 */
export function requestEncoding(name: string | undefined): Encoding | undefined {
  if (name === undefined || name === "identity") return undefined;
  const known = encodingOf(name);
  if (known !== undefined) return known;
  const message = `grpc-encoding ${JSON.stringify(name.slice(0, 40))} is not known here; known are ${ACCEPTED_ENCODINGS}`;
  throw new GrpcError(GrpcStatus.UNIMPLEMENTED, message);
}

/** The encoding to answer with, by what the client says it reads; undefined where there is none in common. */
export function responseEncoding(accepted: string | undefined): Encoding | undefined {
  if (accepted === undefined) return undefined;
  const names = accepted.split(",").map((name) => name.trim());
  return encodingOf(["gzip", "deflate"].find((name) => names.includes(name)) ?? "");
}

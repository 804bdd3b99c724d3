import { IsolationError } from "../errors/index.js";
import { ByteSource } from "./byte-source.js";
import type { DecodeContext } from "./decode-context.js";
import { parseEncoded } from "./encoded-text.js";
import { GraphDecoder } from "./graph-decoder.js";
import { decodeLoneBytes } from "./lone-bytes.js";
import type { Encoded } from "./wire-format.js";

/**
 * Decodes what `encodeValue` made. Safe with bytes of a hostile peer: it allocates no more than a small multiple of what
 * came, runs nothing, and changes no prototype.
 *
 * @throws IsolationError `PROTOCOL` when the bytes are not a value; what a hook throws, if that is an `IsolationError`.
 */
export function decodeValue(encoded: Encoded, context: DecodeContext = {}): unknown {
  try {
    const alone = decodeLoneBytes(encoded, context);
    if (alone !== undefined) return alone;
    const { root, ranges, inline } = parseEncoded(encoded, context.meter);
    const source = new ByteSource(ranges, inline, context);
    return new GraphDecoder(source, context).decode(root);
  } catch (error) {
    letGoOfFrames(error);
    if (IsolationError.is(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new IsolationError("PROTOCOL", `the peer sent a value that cannot be decoded: ${reason}`, { cause: error });
  }
}

/** An error holds what its frames worked on, here all that was made of the value, until somebody reads its stack. */
function letGoOfFrames(error: unknown): void {
  try {
    void (error as Partial<Error> | undefined)?.stack;
  } catch {
    // Somebody's own `Error.prepareStackTrace`.
  }
}

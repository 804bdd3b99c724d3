import { IsolationError } from "../errors/index.js";
import { ByteSource, type ImportBytes } from "./byte-source.js";
import { GraphDecoder } from "./graph-decoder.js";
import { type Encoded, FORMAT_VERSION, HEADER_LENGTH } from "./wire-format.js";

/** How a value is decoded: the other side of `EncodeContext`. */
export interface DecodeContext {
  /** Gives the stand-in for what crossed by reference. Without it, a reference is a breach of the contract. */
  importReference?: (descriptor: unknown) => unknown;
  /** Gives the bytes that went out of band. An ArrayBuffer that they fill is taken over as it is. */
  importBytes?: ImportBytes;
}

/**
 * Decodes what `encodeValue` made. Safe with bytes of a hostile peer: it allocates no more than a small multiple of what
 * came, runs nothing, and changes no prototype.
 *
 * @throws IsolationError `PROTOCOL` when the bytes are not a value; what a hook throws, if that is an `IsolationError`.
 */
export function decodeValue(encoded: Encoded, context: DecodeContext = {}): unknown {
  try {
    const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
    if (bytes[0] !== FORMAT_VERSION) throw new TypeError(`format version ${bytes[0]} is not known`);
    const end = HEADER_LENGTH + bytes.readUInt32LE(1);
    if (end > bytes.length) throw new TypeError("it is cut off");
    const parsed: unknown = JSON.parse(bytes.toString("utf8", HEADER_LENGTH, end));
    if (!Array.isArray(parsed) || parsed.length === 0) throw new TypeError("it has no root");
    const source = new ByteSource(parsed[1] ?? [], bytes.subarray(end), context.importBytes);
    return new GraphDecoder(source, context).decode(parsed[0]);
  } catch (error) {
    if (IsolationError.is(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new IsolationError("PROTOCOL", `the peer sent a value that cannot be decoded: ${reason}`, { cause: error });
  }
}

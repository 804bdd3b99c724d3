import type { DecodeMeter } from "./decode-meter.js";

/** Brings the bytes back that an `ExportBytes` took out. */
export type ImportBytes = (descriptor: unknown) => Uint8Array;

/** How a value is decoded: the other side of `EncodeContext`. */
export interface DecodeContext {
  /** Gives the stand-in for what crossed by reference. Without it, a reference is a breach of the contract. */
  importReference?: (descriptor: unknown) => unknown;
  /** Gives the bytes that went out of band. An ArrayBuffer that they fill is taken over as it is. */
  importBytes?: ImportBytes;
  /** Counts what the value costs, before that is spent. Default: it may cost whatever it says. */
  meter?: DecodeMeter | undefined;
}

import { IsolationError } from "../errors/index.js";
import type { Account, Holding } from "./account.js";

/** What a chunk costs beside its bytes, and a payload beside its chunks, roughly. */
const CHUNK_COST = 256;
const UPLOAD_COST = 512;

interface Upload {
  readonly parts: Buffer[];
  readonly holding: Holding;
  bytes: number;
}

/** Collects payloads that come in parts until the value that refers to them comes. */
export class ChunkReceiver {
  readonly #account: Account;
  readonly #uploads = new Map<number, Upload>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** @throws IsolationError PROTOCOL, a breach, when the peer sends more than it refers to */
  add(payload: number, data: Uint8Array): void {
    const upload = this.#uploads.get(payload) ?? this.#begin(payload);
    upload.holding.hold(data.length + CHUNK_COST);
    upload.bytes += data.length;
    // A copy: the part is a slice of a frame that holds other things.
    upload.parts.push(Buffer.from(data));
  }

  /** The peer has given the payload up. */
  drop(payload: number): void {
    this.#uploads.get(payload)?.holding.clear();
    this.#uploads.delete(payload);
  }

  /**
   * @param hold called with the bytes that are needed for the moment in which the parts are joined
   * @throws IsolationError PROTOCOL when there is no such payload, or it is not of that length
   */
  take(payload: number, length: number, hold: (bytes: number) => void): Buffer {
    const upload = this.#uploads.get(payload);
    if (upload?.bytes !== length) {
      throw new IsolationError(
        "PROTOCOL",
        `the peer refers to ${length} bytes of payload ${payload}, of which ${upload?.bytes ?? 0} came`,
      );
    }
    const { parts } = upload;
    try {
      if (parts.length === 1) return parts[0] as Buffer;
      hold(length);
      return Buffer.concat(parts, length);
    } finally {
      this.drop(payload);
    }
  }

  clear(): void {
    for (const payload of [...this.#uploads.keys()]) this.drop(payload);
  }

  #begin(payload: number): Upload {
    const holding = this.#account.openHolding();
    holding.hold(UPLOAD_COST);
    const upload = { parts: [], holding, bytes: 0 };
    this.#uploads.set(payload, upload);
    return upload;
  }
}

import { HEADER_BLOCK_BYTES, HEADER_BLOCK_FRAMES } from "../bounds.js";
import type { Fields } from "./hpack-decoder.js";
import { withoutPadding } from "./padding.js";
import { CODE, ConnectionError, FLAG, FRAME } from "./protocol.js";

/** A block of fields that is whole. */
export interface Block {
  readonly streamId: number;
  readonly isEnd: boolean;
  readonly bytes: Buffer;
}

/** Puts blocks of fields together: HEADERS, and the CONTINUATIONs that follow at once. */
export class BlockAssembly {
  #open: { readonly streamId: number; readonly isEnd: boolean; readonly parts: Buffer[]; length: number } | undefined;

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Nothing else may come within a block. */
  expect(type: number, streamId: number): void {
    if (this.#open === undefined) {
      if (type === FRAME.continuation)
        throw new ConnectionError(CODE.protocol, "the peer sent CONTINUATION after no HEADERS");
    } else if (type !== FRAME.continuation || streamId !== this.#open.streamId)
      throw new ConnectionError(CODE.protocol, "the peer sent another frame within a block of fields");
  }

  begin(streamId: number, flags: number, payload: Buffer): Block | undefined {
    if (streamId === 0) throw new ConnectionError(CODE.protocol, "the peer sent HEADERS on stream 0");
    const bytes = withoutPadding(flags, payload, priorityBytes(streamId, flags, payload));
    const isEnd = (flags & FLAG.endStream) !== 0;
    if ((flags & FLAG.endHeaders) !== 0) return { streamId, isEnd, bytes };
    this.#open = { streamId, isEnd, parts: [bytes], length: bytes.length };
    return undefined;
  }

  continue(flags: number, payload: Buffer): Block | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    open.parts.push(payload);
    open.length += payload.length;
    if (open.length > HEADER_BLOCK_BYTES || open.parts.length > HEADER_BLOCK_FRAMES)
      throw new ConnectionError(
        CODE.enhanceYourCalm,
        `the peer sent a block of fields of ${open.length} bytes in ${open.parts.length} frames; ` +
          `${HEADER_BLOCK_BYTES} in ${HEADER_BLOCK_FRAMES} are the most`,
      );
    if ((flags & FLAG.endHeaders) === 0) return undefined;
    this.#open = undefined;
    return { streamId: open.streamId, isEnd: open.isEnd, bytes: Buffer.concat(open.parts) };
  }
}

/** What a HEADERS frame says of priorities is checked, and left out. */
function priorityBytes(streamId: number, flags: number, payload: Buffer): number {
  if ((flags & FLAG.priority) === 0) return 0;
  const at = (flags & FLAG.padded) === 0 ? 0 : 1;
  if (payload.length < at + 5) throw new ConnectionError(CODE.frameSize, "the peer sent a HEADERS frame too short");
  if ((payload.readUInt32BE(at) & 0x7fffffff) === streamId)
    throw new ConnectionError(CODE.protocol, `the peer made stream ${streamId} depend on itself`);
  return 5;
}

export function hasPseudoFields(fields: Fields): boolean {
  return fields.some((name, at) => at % 2 === 0 && name.startsWith(":"));
}

/** Whether it is an answer that another one follows. */
export function isInformational(fields: Fields): boolean {
  for (let at = 0; at < fields.length; at += 2)
    if (fields[at] === ":status") return /^1\d\d$/.test(fields[at + 1] as string);
  return false;
}

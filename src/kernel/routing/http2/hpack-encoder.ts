import { FIELD_OVERHEAD, type Fields } from "./hpack-decoder.js";
import { DEFAULT_TABLE_BYTES } from "./protocol.js";
import { STATIC_FIELDS } from "./static-table.js";

const STATIC_COUNT = STATIC_FIELDS.length / 2;

/** Index of a field of the static table, by name and value; that of the name alone is under `ANY`. */
const ANY = "\0";
const STATIC_INDEX = new Map<string, Map<string, number>>();
for (let index = STATIC_COUNT; index >= 1; index--) {
  const name = STATIC_FIELDS[2 * index - 2] as string;
  const values = STATIC_INDEX.get(name) ?? new Map<string, number>();
  values.set(STATIC_FIELDS[2 * index - 1] as string, index);
  values.set(ANY, index);
  STATIC_INDEX.set(name, values);
}

/**
 * Fields that are the same in most requests or answers of a connection. Others are not kept: their values differ, and
 * whoever could choose some of them might tell from lengths what the others are.
 */
const KEPT = new Set([
  ":authority",
  ":path",
  "authorization",
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-status",
  "te",
  "user-agent",
  "accept-encoding",
]);
const KEPT_VALUE_LENGTH = 256;

/** Encodes header blocks for one direction of a connection. Strings are not Huffman-coded: what that saves, it costs. */
export class HpackEncoder {
  /** Ordinals of what is in the dynamic table, by name and value. */
  readonly #ordinals = new Map<string, Map<string, number>>();
  readonly #queue: [name: string, value: string, bytes: number][] = [];
  #added = 0;
  #tableBytes = 0;
  #limit = DEFAULT_TABLE_BYTES;
  #isResized = false;
  #room = Buffer.allocUnsafe(4096);
  #at = 0;

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  set peerTableBytes(bytes: number) {
    const limit = Math.min(bytes, DEFAULT_TABLE_BYTES);
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#isResized = true;
    this.#evict(0);
  }

  /** The block; valid until the next one is encoded. */
  encode(fields: Fields): Buffer {
    this.#at = 0;
    if (this.#isResized) {
      // Down to nothing first: the peer may have announced a smaller size in between.
      this.#evict(Number.POSITIVE_INFINITY);
      this.#reserve(16);
      this.#integer(0, 5, 0x20);
      this.#integer(this.#limit, 5, 0x20);
      this.#isResized = false;
    }
    for (let at = 0; at < fields.length; at += 2) this.#field(fields[at] as string, fields[at + 1] as string);
    return this.#room.subarray(0, this.#at);
  }

  #field(name: string, value: string): void {
    this.#reserve(name.length + value.length + 32);
    const fixed = STATIC_INDEX.get(name);
    const index = fixed?.get(value) ?? this.#dynamicIndex(name, value);
    if (index !== undefined && value !== ANY) {
      this.#integer(index, 7, 0x80);
      return;
    }
    const isKept = value.length <= KEPT_VALUE_LENGTH && KEPT.has(name);
    const nameIndex = fixed?.get(ANY) ?? 0;
    if (isKept) this.#integer(nameIndex, 6, 0x40);
    else this.#integer(nameIndex, 4, 0);
    if (nameIndex === 0) this.#string(name);
    this.#string(value);
    if (isKept) this.#add(name, value);
  }

  #dynamicIndex(name: string, value: string): number | undefined {
    const ordinal = this.#ordinals.get(name)?.get(value);
    return ordinal === undefined ? undefined : STATIC_COUNT + this.#added - ordinal;
  }

  #add(name: string, value: string): void {
    const bytes = name.length + value.length + FIELD_OVERHEAD;
    this.#evict(bytes);
    if (bytes > this.#limit) return;
    const values = this.#ordinals.get(name) ?? new Map<string, number>();
    this.#ordinals.set(name, values);
    values.set(value, this.#added++);
    this.#queue.push([name, value, bytes]);
    this.#tableBytes += bytes;
  }

  /** Makes room for so many bytes. */
  #evict(bytes: number): void {
    while (this.#tableBytes + bytes > this.#limit) {
      const oldest = this.#queue.shift();
      if (oldest === undefined) return;
      const [name, value, size] = oldest;
      this.#tableBytes -= size;
      this.#ordinals.get(name)?.delete(value);
    }
  }

  #string(text: string): void {
    this.#integer(text.length, 7, 0);
    this.#at += this.#room.write(text, this.#at, "latin1");
  }

  #integer(value: number, prefixBits: number, pattern: number): void {
    const mask = (1 << prefixBits) - 1;
    if (value < mask) {
      this.#room[this.#at++] = pattern | value;
      return;
    }
    this.#room[this.#at++] = pattern | mask;
    let rest = value - mask;
    for (; rest >= 0x80; rest >>>= 7) this.#room[this.#at++] = (rest & 0x7f) | 0x80;
    this.#room[this.#at++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#room.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + bytes));
    this.#room.copy(larger, 0, 0, this.#at);
    this.#room = larger;
  }
}

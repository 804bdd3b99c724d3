import { decodeHuffman } from "./huffman.js";
import { CODE, ConnectionError, DEFAULT_TABLE_BYTES } from "./protocol.js";
import { STATIC_FIELDS } from "./static-table.js";

/** Names and values by turns, one character for each byte. */
export type Fields = string[];

/** Where the name is among the fields; -1 for nowhere. */
export function indexOfField(fields: Fields, name: string): number {
  for (let at = 0; at < fields.length; at += 2) if (fields[at] === name) return at;
  return -1;
}

/** What a field counts beside its name and value, in bytes (RFC 7541, 4.1). */
export const FIELD_OVERHEAD = 32;

/** What HTTP/2 takes as a name (RFC 9113, 8.2.1), pseudo-fields included. */
const NAME = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/;
const NOT_IN_VALUE = /[\0\r\n]/;

const STATIC_COUNT = STATIC_FIELDS.length / 2;

export interface DecodedBlock {
  readonly fields: Fields;
  /** Bytes as HTTP/2 counts them. Past the bound no field is kept any more. */
  readonly size: number;
  readonly isTooLarge: boolean;
}

/** Decodes the header blocks of one direction of a connection. */
export class HpackDecoder {
  readonly #maxBytes: number;
  readonly #maxFields: number;
  /** Names and values by turns, the oldest first; what was evicted is before `#start`. */
  #table: string[] = [];
  #start = 0;
  #tableBytes = 0;
  #tableLimit = DEFAULT_TABLE_BYTES;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** @param maxBytes of one block's fields, as HTTP/2 counts them */
  constructor(maxBytes: number, maxFields: number) {
    this.#maxBytes = maxBytes;
    this.#maxFields = maxFields;
  }

  /** Decodes a whole block. @throws ConnectionError COMPRESSION_ERROR */
  decode(block: Buffer): DecodedBlock {
    this.#bytes = block;
    this.#at = 0;
    this.#end = block.length;
    const fields: Fields = [];
    let size = 0;
    let isTooLarge = false;
    let mayResize = true;
    while (this.#at < this.#end) {
      const byte = block[this.#at] as number;
      if ((byte & 0xe0) === 0x20) {
        if (!mayResize) throw broken("a change of the table's size after a field");
        this.#resize(this.#integer(5));
        continue;
      }
      mayResize = false;
      const [name, value] = this.#field(byte);
      size += name.length + value.length + FIELD_OVERHEAD;
      isTooLarge ||= size > this.#maxBytes || fields.length >= 2 * this.#maxFields;
      if (!isTooLarge) fields.push(name, value);
    }
    return { fields, size, isTooLarge };
  }

  #field(byte: number): readonly [string, string] {
    if (byte >= 0x80) {
      const index = this.#integer(7);
      return [this.#lookUp(index, 0), this.#lookUp(index, 1)];
    }
    const isKept = byte >= 0x40;
    const index = this.#integer(isKept ? 6 : 4);
    const name = index === 0 ? this.#string() : this.#lookUp(index, 0);
    if (index === 0 && !NAME.test(name)) throw malformed("name", name);
    const value = this.#string();
    if (NOT_IN_VALUE.test(value)) throw malformed("value", value);
    if (isKept) this.#add(name, value);
    return [name, value];
  }

  #lookUp(index: number, part: 0 | 1): string {
    if (index >= 1 && index <= STATIC_COUNT) return STATIC_FIELDS[2 * (index - 1) + part] as string;
    const at = this.#table.length - 2 * (index - STATIC_COUNT) + part;
    if (index === 0 || at < this.#start) throw broken(`index ${index}, which is not in the table`);
    return this.#table[at] as string;
  }

  #add(name: string, value: string): void {
    this.#table.push(name, value);
    this.#tableBytes += name.length + value.length + FIELD_OVERHEAD;
    this.#evict();
  }

  #resize(limit: number): void {
    if (limit > DEFAULT_TABLE_BYTES) throw broken(`a table of ${limit} bytes; ${DEFAULT_TABLE_BYTES} were offered`);
    this.#tableLimit = limit;
    this.#evict();
  }

  #evict(): void {
    while (this.#tableBytes > this.#tableLimit) {
      const name = this.#table[this.#start] as string;
      const value = this.#table[this.#start + 1] as string;
      this.#tableBytes -= name.length + value.length + FIELD_OVERHEAD;
      this.#start += 2;
    }
    // Evicted entries are let go by halves, so that each costs as little as it did to add.
    if (this.#start < 256 || 2 * this.#start < this.#table.length) return;
    this.#table = this.#table.slice(this.#start);
    this.#start = 0;
  }

  #string(): string {
    if (this.#at >= this.#end) throw broken("a block that ends within a field");
    const isHuffman = (this.#bytes[this.#at] as number) >= 0x80;
    const length = this.#integer(7);
    const from = this.#at;
    if (length > this.#end - from) throw broken("a string that is longer than its block");
    this.#at += length;
    if (!isHuffman) return this.#bytes.toString("latin1", from, from + length);
    const text = decodeHuffman(this.#bytes, from, from + length);
    if (text === undefined) throw broken("a string that is no Huffman code");
    return text;
  }

  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = (this.#bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.#at >= this.#end) break;
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken("a number that does not end");
  }
}

/**
 * A connection ends for it, and not just its stream: so only what is good is ever kept in the table, and is looked at once.
 */
function malformed(part: string, text: string): ConnectionError {
  return new ConnectionError(
    CODE.protocol,
    `the peer sent a field with the ${part} ${JSON.stringify(text.slice(0, 100))}`,
  );
}

function broken(what: string): ConnectionError {
  return new ConnectionError(CODE.compression, `the peer sent ${what}`);
}

import type { ByteSource } from "./byte-source.js";
import { type ArrivedError, completeError, createBareError } from "./create-error.js";
import type { DecodeContext } from "./decode-value.js";
import { defineField } from "./define-field.js";
import { cutStack } from "./error-stack.js";
import { MARKER, VIEW_CLASSES } from "./wire-format.js";

/** A sparse array may be this much longer than what it has, before it is made as a dictionary. */
const MAX_FREE_LENGTH = 1024;
const MAX_ARRAY_LENGTH = 0xffff_ffff;

/** Turns what the wire format says of a graph into the graph, in place where that is possible. */
export class GraphDecoder {
  readonly #source: ByteSource;
  readonly #context: DecodeContext;
  /** What `$@` counts. A slot is empty while its object cannot be referred to yet. */
  readonly #objects: unknown[] = [];

  constructor(source: ByteSource, context: DecodeContext) {
    this.#source = source;
    this.#context = context;
  }

  /** @throws TypeError, RangeError or SyntaxError for what is not of the format. */
  decode(node: unknown): unknown {
    if (typeof node === "string") return node.charCodeAt(0) === MARKER ? this.#decodeMarker(node) : node;
    if (typeof node !== "object" || node === null) return node;
    if (!Array.isArray(node)) return this.#decodeFields(node as Record<string, unknown>, true);
    const first: unknown = node[0];
    if (typeof first === "string" && first.length === 2 && first.charCodeAt(0) === MARKER) {
      return this.#decodeComposite(first, node);
    }
    return this.#decodeItems(node);
  }

  #decodeMarker(marker: string): unknown {
    switch (marker[1]) {
      case "$":
        return marker.slice(1);
      case "u":
        return undefined;
      case "n":
        return Number.NaN;
      case "-":
        return -0;
      case "+":
        return Number.POSITIVE_INFINITY;
      case "_":
        return Number.NEGATIVE_INFINITY;
      case "i":
        return decodeBigInt(marker.slice(2));
      case "d":
        return this.#remember(new Date(Number(marker.slice(2))));
      case "@":
        return this.#referTo(Number(marker.slice(2)));
      default:
        throw new TypeError(`${JSON.stringify(marker.slice(0, 20))} means nothing`);
    }
  }

  #decodeComposite(marker: string, node: unknown[]): unknown {
    switch (marker) {
      case "$m":
        return this.#decodeMap(node);
      case "$s":
        return this.#decodeSet(node);
      case "$r":
        return this.#decodeRegExp(node);
      case "$b":
        return this.#decodeBoxed(node);
      case "$o":
        return this.#decodeBareObject(node);
      case "$a":
        return this.#decodeSparseArray(node);
      case "$e":
        return this.#decodeError(node);
      case "$l":
        return this.#source.buffer(node[1]);
      case "$v":
        return this.#decodeView(node);
      case "$x":
        return this.#decodeReference(node);
      default:
        return this.#decodeItems(node);
    }
  }

  #remember<Item>(item: Item): Item {
    this.#objects.push(item);
    return item;
  }

  #referTo(number: number): unknown {
    const object = this.#objects[number];
    if (object === undefined) throw new TypeError(`there is no object ${number} yet`);
    return object;
  }

  #decodeItems(items: unknown[]): unknown[] {
    this.#objects.push(items);
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (isCompound(item)) items[index] = this.decode(item);
    }
    return items;
  }

  /** Assigning in place is safe even to `__proto__`: JSON.parse made it an own property, which is found first. */
  #decodeFields(fields: Record<string, unknown>, remember: boolean): Record<string, unknown> {
    if (remember) this.#objects.push(fields);
    for (const key of Object.keys(fields)) {
      const field = fields[key];
      if (isCompound(field)) fields[key] = this.decode(field);
    }
    return fields;
  }

  #decodeMap(node: unknown[]): Map<unknown, unknown> {
    const map = this.#remember(new Map());
    if (node.length % 2 === 0) throw new TypeError("a Map has a key without a value");
    for (let index = 1; index < node.length; index += 2) {
      const key = this.decode(node[index]);
      map.set(key, this.decode(node[index + 1]));
    }
    return map;
  }

  #decodeSet(node: unknown[]): Set<unknown> {
    const set = this.#remember(new Set());
    for (let index = 1; index < node.length; index++) set.add(this.decode(node[index]));
    return set;
  }

  #decodeRegExp([, source, flags, lastIndex]: unknown[]): RegExp {
    const pattern = this.#remember(new RegExp(textOf(source), textOf(flags)));
    const index = this.decode(lastIndex);
    if (typeof index !== "number") throw new TypeError("a lastIndex is not a number");
    pattern.lastIndex = index;
    return pattern;
  }

  #decodeBoxed([, node]: unknown[]): unknown {
    const number = this.#objects.push(undefined) - 1;
    const primitive = this.decode(node);
    if (primitive === null || primitive === undefined || typeof primitive === "object") {
      throw new TypeError("a boxed primitive is none");
    }
    this.#objects[number] = Object(primitive);
    return this.#objects[number];
  }

  #decodeBareObject([, node]: unknown[]): object {
    return Object.setPrototypeOf(this.#decodeFields(recordOf(node), true), null);
  }

  /** A length costs nothing to say; only a dictionary costs nothing to have. */
  #decodeSparseArray([, length, fields, ...items]: unknown[]): unknown[] {
    if (!Number.isInteger(length) || (length as number) < 0 || (length as number) > MAX_ARRAY_LENGTH) {
      throw new TypeError("an array's length is no length");
    }
    const array: unknown[] = this.#remember([]);
    if ((length as number) > items.length + MAX_FREE_LENGTH) array.length = MAX_ARRAY_LENGTH;
    array.length = length as number;
    for (const [key, value] of Object.entries(this.#decodeFields(recordOf(fields), false))) {
      if (key !== "length") defineField(array, key, value);
    }
    for (let at = 0; at < items.length; at += 2) {
      const index = items[at];
      const isInside = Number.isInteger(index) && (index as number) >= 0 && (index as number) < (length as number);
      if (!isInside) throw new TypeError("an item is outside its array");
      array[index as number] = this.decode(items[at + 1]);
    }
    return array;
  }

  #decodeError([, partsNode, fieldsNode]: unknown[]): Error {
    const parts = recordOf(partsNode);
    const fields = recordOf(fieldsNode);
    const name = typeof fields.name === "string" ? fields.name.replace(/^\$\$/, "$") : undefined;
    const head = {
      frameworkCode: textOf(parts.framework),
      className: textOf(parts.class),
      baseName: textOf(parts.base),
      message: textOf(parts.message),
    };
    const bare = createBareError({ ...head, name });
    const number = this.#objects.push(bare) - 1;
    const { code } = parts;
    const arrived: ArrivedError = {
      ...head,
      stack: cutStack(textOf(parts.stack)),
      code: typeof code === "string" || typeof code === "number" ? code : undefined,
      hasCause: Object.hasOwn(parts, "cause"),
      cause: this.decode(parts.cause),
      members: parts.members === undefined ? undefined : listOf(parts.members).map((member) => this.decode(member)),
      fields: this.#decodeFields(fields, false),
    };
    const error = completeError(bare, arrived);
    this.#objects[number] = error;
    return error;
  }

  #decodeView([, kind, range, byteOffset, length]: unknown[]): ArrayBufferView {
    const buffer = this.#source.buffer(range);
    if (!isCount(byteOffset) || !isCount(length)) throw new TypeError("a view's place is none");
    if (kind === "Buffer") return this.#remember(Buffer.from(buffer, byteOffset, length));
    const Class = VIEW_CLASSES.get(textOf(kind));
    if (Class === undefined) throw new TypeError(`this process has no ${textOf(kind)}`);
    return this.#remember(new Class(buffer, byteOffset, length));
  }

  #decodeReference([, descriptor]: unknown[]): unknown {
    if (this.#context.importReference === undefined) throw new TypeError("references are not taken here");
    return this.#remember(this.#context.importReference(descriptor));
  }
}

function isCompound(node: unknown): boolean {
  return typeof node === "string" ? node.charCodeAt(0) === MARKER : typeof node === "object" && node !== null;
}

function decodeBigInt(hexadecimal: string): bigint {
  if (!/^-?[0-9a-f]+$/.test(hexadecimal)) throw new SyntaxError("a BigInt is no number");
  return hexadecimal.startsWith("-") ? -BigInt(`0x${hexadecimal.slice(1)}`) : BigInt(`0x${hexadecimal}`);
}

function textOf(node: unknown): string {
  if (typeof node !== "string") throw new TypeError("a text is missing");
  return node;
}

function recordOf(node: unknown): Record<string, unknown> {
  if (typeof node !== "object" || node === null || Array.isArray(node)) throw new TypeError("fields are missing");
  return node as Record<string, unknown>;
}

function listOf(node: unknown): unknown[] {
  if (!Array.isArray(node)) throw new TypeError("a list is missing");
  return node;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

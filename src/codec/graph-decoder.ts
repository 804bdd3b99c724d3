import type { ByteSource } from "./byte-source.js";
import { type ArrivedError, completeError, createBareError } from "./create-error.js";
import { COST } from "./decode-cost.js";
import type { DecodeContext } from "./decode-value.js";
import { defineField } from "./define-field.js";
import { cutStack } from "./error-stack.js";
import { isCount, listOf, recordOf, textOf } from "./nodes.js";
import { makeRegExp } from "./reg-exp.js";
import { MARKER, MAX_DEPTH, VIEW_CLASSES } from "./wire-format.js";

/** A sparse array may be this much longer than what it has, before it is made as a dictionary. */
const MAX_FREE_LENGTH = 1024;
const MAX_ARRAY_LENGTH = 0xffff_ffff;

/** Nodes between two looks at the clock. */
const NODES_A_TICK = 1_024;

/** Turns what the wire format says of a graph into the graph, in place where that is possible. */
export class GraphDecoder {
  readonly #source: ByteSource;
  readonly #context: DecodeContext;
  /** What `$@` counts. A slot is empty while its object cannot be referred to yet. */
  readonly #objects: unknown[] = [];
  #depth = 0;
  #nodes = 0;

  constructor(source: ByteSource, context: DecodeContext) {
    this.#source = source;
    this.#context = context;
  }

  /** @throws TypeError, RangeError or SyntaxError for what is not of the format. */
  decode(node: unknown): unknown {
    this.#count();
    if (typeof node === "string") return node.charCodeAt(0) === MARKER ? this.#decodeMarker(node) : node;
    if (typeof node !== "object" || node === null) return node;
    // Not left to the end of the stack, which may come where something has to be put right again.
    if (this.#depth > MAX_DEPTH) throw new RangeError(`more than ${MAX_DEPTH} objects are inside one another`);
    this.#depth += 1;
    const value = Array.isArray(node)
      ? this.#decodeArray(node)
      : this.#decodeFields(node as Record<string, unknown>, true);
    this.#depth -= 1;
    return value;
  }

  #decodeArray(node: unknown[]): unknown {
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
        // Its digits once more, with another prefix, and the number.
        this.#charge(2 * marker.length);
        return decodeBigInt(marker.slice(2));
      case "d":
        this.#charge(COST.date);
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

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes % NODES_A_TICK === 0) this.#context.meter?.tick(NODES_A_TICK);
  }

  #charge(bytes: number): void {
    this.#context.meter?.charge(bytes);
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
    this.#charge(COST.collection + COST.entry * node.length);
    const map = this.#remember(new Map());
    if (node.length % 2 === 0) throw new TypeError("a Map has a key without a value");
    for (let index = 1; index < node.length; index += 2) {
      const key = this.decode(node[index]);
      map.set(key, this.decode(node[index + 1]));
    }
    return map;
  }

  #decodeSet(node: unknown[]): Set<unknown> {
    this.#charge(COST.collection + COST.entry * node.length);
    const set = this.#remember(new Set());
    for (let index = 1; index < node.length; index++) set.add(this.decode(node[index]));
    return set;
  }

  #decodeRegExp([, source, flags, lastIndex]: unknown[]): RegExp {
    const pattern = this.#remember(makeRegExp(textOf(source), textOf(flags), this.#context.meter));
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
    this.#charge(COST.bareObject);
    return Object.setPrototypeOf(this.#decodeFields(recordOf(node), true), null);
  }

  /** A length costs nothing to say, and little to have only where it is that of a dictionary. */
  #decodeSparseArray([, length, fields, ...items]: unknown[]): unknown[] {
    if (!Number.isInteger(length) || (length as number) < 0 || (length as number) > MAX_ARRAY_LENGTH) {
      throw new TypeError("an array's length is no length");
    }
    const isDictionary = (length as number) > items.length + MAX_FREE_LENGTH;
    this.#charge(isDictionary ? COST.collection + COST.entry * items.length : COST.slot * (length as number));
    const array: unknown[] = this.#remember([]);
    if (isDictionary) array.length = MAX_ARRAY_LENGTH;
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
    this.#charge(COST.error);
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
    this.#charge(COST.view);
    const buffer = this.#source.buffer(range);
    if (!isCount(byteOffset) || !isCount(length)) throw new TypeError("a view's place is none");
    if (kind === "Buffer") return this.#remember(Buffer.from(buffer, byteOffset, length));
    const Class = VIEW_CLASSES.get(textOf(kind));
    if (Class === undefined) throw new TypeError(`this process has no ${textOf(kind)}`);
    return this.#remember(new Class(buffer, byteOffset, length));
  }

  #decodeReference([, descriptor]: unknown[]): unknown {
    if (this.#context.importReference === undefined) throw new TypeError("references are not taken here");
    this.#charge(COST.reference);
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

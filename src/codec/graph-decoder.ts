import type { ByteSource } from "./byte-source.js";
import {
  decodeBareObject,
  decodeBoxed,
  decodeMap,
  decodeReference,
  decodeRegExp,
  decodeSet,
  decodeSparseArray,
  decodeView,
} from "./decode-composite.js";
import type { DecodeContext } from "./decode-context.js";
import { COST } from "./decode-cost.js";
import { decodeError } from "./decode-error.js";
import type { DecodeWalk } from "./decode-walk.js";
import { MARKER, MAX_DEPTH } from "./wire-format.js";

/** Nodes between two looks at the clock. */
const NODES_A_TICK = 1_024;

/** Turns what the wire format says of a graph into the graph, in place where that is possible. */
export class GraphDecoder implements DecodeWalk {
  readonly source: ByteSource;
  readonly context: DecodeContext;
  /** What `$@` counts. A slot is empty while its object cannot be referred to yet. */
  readonly #objects: unknown[] = [];
  #depth = 0;
  #nodes = 0;

  constructor(source: ByteSource, context: DecodeContext) {
    this.source = source;
    this.context = context;
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
      : this.decodeFields(node as Record<string, unknown>, true);
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
        this.context.meter?.charge(2 * marker.length);
        return decodeBigInt(marker.slice(2));
      case "d":
        this.context.meter?.charge(COST.date);
        return this.remember(new Date(Number(marker.slice(2))));
      case "@":
        return this.#referTo(Number(marker.slice(2)));
      default:
        throw new TypeError(`${JSON.stringify(marker.slice(0, 20))} means nothing`);
    }
  }

  #decodeComposite(marker: string, node: unknown[]): unknown {
    switch (marker) {
      case "$m":
        return decodeMap(this, node);
      case "$s":
        return decodeSet(this, node);
      case "$r":
        return decodeRegExp(this, node);
      case "$b":
        return decodeBoxed(this, node);
      case "$o":
        return decodeBareObject(this, node);
      case "$a":
        return decodeSparseArray(this, node);
      case "$e":
        return decodeError(this, node);
      case "$l":
        return this.source.buffer(node[1]);
      case "$v":
        return decodeView(this, node);
      case "$x":
        return decodeReference(this, node);
      default:
        return this.#decodeItems(node);
    }
  }

  #count(): void {
    this.#nodes += 1;
    if (this.#nodes % NODES_A_TICK === 0) this.context.meter?.tick(NODES_A_TICK);
  }

  remember<Item>(item: Item): Item {
    this.#objects.push(item);
    return item;
  }

  reserve(placeholder: unknown): number {
    return this.#objects.push(placeholder) - 1;
  }

  settle<Item>(number: number, item: Item): Item {
    this.#objects[number] = item;
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
  decodeFields(fields: Record<string, unknown>, remember: boolean): Record<string, unknown> {
    if (remember) this.#objects.push(fields);
    for (const key of Object.keys(fields)) {
      const field = fields[key];
      if (isCompound(field)) fields[key] = this.decode(field);
    }
    return fields;
  }
}

function isCompound(node: unknown): boolean {
  return typeof node === "string" ? node.charCodeAt(0) === MARKER : typeof node === "object" && node !== null;
}

function decodeBigInt(hexadecimal: string): bigint {
  if (!/^-?[0-9a-f]+$/.test(hexadecimal)) throw new SyntaxError("a BigInt is no number");
  return hexadecimal.startsWith("-") ? -BigInt(`0x${hexadecimal.slice(1)}`) : BigInt(`0x${hexadecimal}`);
}

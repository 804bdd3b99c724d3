import { types } from "node:util";
import type { ValueKind } from "../contract/index.js";
import type { IsolationError } from "../errors/index.js";
import { checkInBounds, isLengthTracking } from "./array-buffers.js";
import { ByteRanges } from "./byte-ranges.js";
import { defineField, setField } from "./define-field.js";
import type { EncodeContext } from "./encode-value.js";
import { isError, readErrorFacts } from "./error-facts.js";
import { hasHiddenState, isDisguised, isNamespace } from "./hidden-state.js";
import { MOST_REPEATED, weightOf } from "./json-value.js";
import { adviceFor, describeValue, notSerializable } from "./not-serializable.js";
import { encodeBigInt, encodeNumber, isIndex, isLockedStream, unbox, viewKindOf } from "./object-kinds.js";
import { readPlatformValue } from "./platform-value.js";
import { REFERENCE_MARK } from "./reference-mark.js";
import { flagsOf, sourceOf } from "./reg-exp.js";
import { valueKindOf } from "./value-kind.js";
import { type EntryStep, formatPath, type PathStep } from "./value-path.js";
import { MARKER, MAX_DEPTH } from "./wire-format.js";

const CANNOT_CROSS = "cannot cross the process boundary";
const IS_NOT_TAKEN = "the runtime of the process does not take";

const { getTime } = Date.prototype;
const { forEach: eachEntry } = globalThis.Map.prototype;
const { forEach: eachMember } = globalThis.Set.prototype;

/** One walk over a graph, which copies it into what the wire format says of it. Each property is read once. */
export class GraphEncoder {
  readonly ranges = new ByteRanges();
  readonly #context: EncodeContext;
  /** The objects met, in order: their index is their number. */
  readonly #objects: object[] = [];
  readonly #numbers = new Map<object, number>();
  /** Where the walk stands; only the first `#depth` steps count. */
  readonly #steps: PathStep[] = [];
  #depth = 0;
  /** What the walk is inside of, where nothing may be met again in itself. */
  readonly #open: Set<object> | undefined;
  /** How many objects that were met before the walk is inside of, and what that has come to. */
  #again = 0;
  #repeated = 0;
  /** How many errors the walk is inside of. Nothing of an error crosses by reference: nobody would ever release it. */
  #errors = 0;

  constructor(context: EncodeContext) {
    this.#context = context;
    if (context.takes?.has("cycles") === false) this.#open = new Set();
  }

  encode(value: unknown): unknown {
    if (this.#context.takes !== undefined) this.#checkTaken(value, this.#context.takes);
    if (this.#again > 0) this.#countAgain(value);
    switch (typeof value) {
      case "string":
        return value.charCodeAt(0) === MARKER ? `$${value}` : value;
      case "number":
        return encodeNumber(value);
      case "boolean":
        return value;
      case "undefined":
        return "$u";
      case "bigint":
        return encodeBigInt(value);
      case "symbol":
        throw this.#refuse(value);
      default:
        if (value === null) return null;
        return this.#open === undefined
          ? this.#encodeObject(value as object)
          : this.#encodeAnew(value as object, this.#open);
    }
  }

  /** Where the walk stands. */
  path(): string {
    return formatPath(this.#context.path ?? "value", this.#steps.slice(0, this.#depth));
  }

  #checkTaken(value: unknown, takes: ReadonlySet<ValueKind>): void {
    const kind = valueKindOf(value);
    if (kind === undefined || takes.has(kind)) return;
    throw notSerializable(this.path(), `${describeValue(value)} (${JSON.stringify(kind)})`, IS_NOT_TAKEN);
  }

  /** For a runtime without shared references: what is met twice is there twice. */
  #encodeAnew(value: object, open: Set<object>): unknown {
    if (open.has(value)) throw notSerializable(this.path(), 'a part of itself ("cycles")', IS_NOT_TAKEN);
    const again = this.#numbers.delete(value) ? 1 : 0;
    open.add(value);
    this.#again += again;
    try {
      return this.#encodeObject(value);
    } finally {
      this.#again -= again;
      open.delete(value);
    }
  }

  /** What is shared may be any number of times in itself: a few arrays, each of which holds the next one twice. */
  #countAgain(value: unknown): void {
    this.#repeated += weightOf(value);
    if (this.#repeated > MOST_REPEATED) throw notSerializable(this.path(), 'shared too often ("cycles")', IS_NOT_TAKEN);
  }

  #encodeObject(value: object): unknown {
    const number = this.#numbers.get(value);
    if (number !== undefined) return `$@${number}`;
    if (this.#depth >= MAX_DEPTH) throw notSerializable(this.path(), "nested too deeply", CANNOT_CROSS);
    if (types.isAnyArrayBuffer(value)) return this.#encodeArrayBuffer(value);
    this.#numbers.set(value, this.#objects.push(value) - 1);
    if (typeof value === "function") return this.#encodeReference(value) ?? this.#fail(value);
    if (Array.isArray(value)) return this.#encodeArray(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.#encodeExotic(value);
    const mayBeReference = REFERENCE_MARK in value || Symbol.asyncIterator in value;
    const reference = mayBeReference ? (this.#encodeReference(value) ?? this.#fail(value)) : undefined;
    if (reference !== undefined) return reference;
    const keys = Object.keys(value);
    if (keys.length === 0 && isDisguised(value)) return this.#encodeExotic(value);
    const isNothingElse = keys.length > 0 || !isNamespace(value);
    if (!isNothingElse || types.isModuleNamespaceObject(value)) throw this.#refuse(value);
    const fields = this.#encodeFields(value, keys);
    return prototype === null ? ["$o", fields] : fields;
  }

  #encodeReference(value: object): unknown[] | undefined {
    const descriptor = this.#errors > 0 ? undefined : this.#context.exportReference?.(value, () => this.path());
    return descriptor === undefined ? undefined : ["$x", descriptor];
  }

  #encodeFields(source: object, keys: readonly string[]): object {
    const fields: Record<string, unknown> = {};
    const at = this.#depth++;
    for (const key of keys) {
      this.#steps[at] = key;
      const item = this.encode((source as Record<string, unknown>)[key]);
      setField(fields, key, item);
    }
    this.#depth = at;
    return fields;
  }

  #encodeArray(array: readonly unknown[]): unknown[] {
    const { length } = array;
    const keys = Object.keys(array);
    const isDense = keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
    if (!isDense) return this.#encodeSparseArray(array, keys);
    const items: unknown[] = [];
    const at = this.#depth++;
    for (let index = 0; index < length; index++) {
      this.#steps[at] = index;
      items.push(this.encode(array[index]));
    }
    this.#depth = at;
    return items;
  }

  /** Own keys come in the order of indices first, then names. */
  #encodeSparseArray(array: readonly unknown[], keys: readonly string[]): unknown[] {
    const firstName = keys.findIndex((key) => !isIndex(key));
    const indices = firstName < 0 ? keys : keys.slice(0, firstName);
    const fields = this.#encodeFields(array, firstName < 0 ? [] : keys.slice(firstName));
    const node: unknown[] = ["$a", array.length, fields];
    const at = this.#depth++;
    for (const key of indices) {
      const index = Number(key);
      this.#steps[at] = index;
      node.push(index, this.encode(array[index]));
    }
    this.#depth = at;
    return node;
  }

  #encodeExotic(value: object): unknown {
    if (isLockedStream(value)) {
      throw notSerializable(this.path(), "a ReadableStream that is locked to a reader", CANNOT_CROSS);
    }
    const reference = this.#encodeReference(value);
    if (reference !== undefined) return reference;
    if (isError(value)) return this.#encodeError(value);
    if (types.isDate(value)) return `$d${Reflect.apply(getTime, value, [])}`;
    if (types.isMap(value)) return this.#encodeMap(value);
    if (types.isSet(value)) return this.#encodeSet(value);
    if (ArrayBuffer.isView(value)) return this.#encodeView(value);
    if (types.isRegExp(value)) return ["$r", sourceOf(value), flagsOf(value), this.encode(value.lastIndex)];
    if (types.isBoxedPrimitive(value)) return ["$b", this.encode(unbox(value))];
    return this.#encodeInstance(value);
  }

  /** A class instance crosses as its own enumerable fields, as with `structuredClone`. */
  #encodeInstance(value: object): unknown {
    const platformValue = readPlatformValue(value);
    if (platformValue !== undefined) return ["$p", platformValue.kind, this.encode(platformValue.content)];
    const keys = Object.keys(value);
    if (hasHiddenState(value, keys.length)) throw this.#refuse(value);
    return this.#encodeFields(value, keys);
  }

  #encodeMap(map: ReadonlyMap<unknown, unknown>): unknown[] {
    const node: unknown[] = ["$m"];
    const step: EntryStep = { part: "key", index: 0, key: undefined };
    const at = this.#depth++;
    this.#steps[at] = step;
    Reflect.apply(eachEntry, map, [
      (value: unknown, key: unknown) => {
        step.part = "key";
        step.key = key;
        node.push(this.encode(key));
        step.part = "value";
        node.push(this.encode(value));
        step.index++;
      },
    ]);
    this.#depth = at;
    return node;
  }

  #encodeSet(set: ReadonlySet<unknown>): unknown[] {
    const node: unknown[] = ["$s"];
    const step: EntryStep = { part: "member", index: 0, key: undefined };
    const at = this.#depth++;
    this.#steps[at] = step;
    Reflect.apply(eachMember, set, [
      (member: unknown) => {
        node.push(this.encode(member));
        step.index++;
      },
    ]);
    this.#depth = at;
    return node;
  }

  #encodeArrayBuffer(buffer: ArrayBufferLike): unknown[] {
    if (!types.isArrayBuffer(buffer)) throw this.#refuse(buffer);
    const node: unknown[] = ["$l", 0];
    this.#addBytes(buffer, () => this.ranges.addBuffer(buffer, node));
    return node;
  }

  #encodeView(view: ArrayBufferView): unknown[] {
    const { buffer } = view;
    if (types.isSharedArrayBuffer(buffer)) throw this.#refuse(buffer);
    const kind = viewKindOf(view);
    const bytesPerElement = kind === "DataView" ? 1 : (view as Uint8Array).BYTES_PER_ELEMENT;
    const node: unknown[] = ["$v", kind, 0, 0, null];
    this.#addBytes(view, () => {
      checkInBounds(view);
      if (!isLengthTracking(view, bytesPerElement)) node[4] = view.byteLength / bytesPerElement;
      this.ranges.addView(view as ArrayBufferView<ArrayBuffer>, bytesPerElement, node);
    });
    return node;
  }

  #addBytes(value: object, add: () => void): void {
    try {
      add();
    } catch (cause) {
      throw notSerializable(this.path(), `${describeValue(value)} without its bytes`, CANNOT_CROSS, cause);
    }
  }

  #encodeError(error: Error): unknown[] {
    const facts = readErrorFacts(error);
    const parts: Record<string, unknown> = {
      class: facts.className,
      base: facts.baseName,
      framework: facts.frameworkCode,
      message: facts.message,
      stack: facts.stack,
    };
    if (facts.code !== undefined) parts.code = facts.code;
    if (facts.turned.length > 0) parts.turned = facts.turned;
    if (facts.isMute) parts.mute = true;
    const at = this.#depth++;
    this.#errors++;
    if (facts.hasCause) this.#encodePart("cause", facts.cause, parts);
    if (facts.members !== undefined) {
      const members: Record<number, unknown> = facts.members.map(() => "$u");
      for (const [index, member] of facts.members.entries()) this.#encodePart(index, member, members);
      parts.members = members;
    }
    const fields: Record<string, unknown> = {};
    for (const [key, value] of facts.fields) this.#encodePart(key, value, fields);
    this.#errors--;
    this.#depth = at;
    return ["$e", parts, fields];
  }

  /** An error loses what cannot cross, rather than fail; then nothing of that part may stay in the counts. */
  #encodePart(key: string | number, value: unknown, target: object): void {
    const { additions } = this.ranges;
    const objects = this.#objects.length;
    const depth = this.#depth;
    const errors = this.#errors;
    this.#steps[depth - 1] = key;
    try {
      defineField(target, key, this.encode(value));
    } catch {
      for (const object of this.#objects.splice(objects)) this.#numbers.delete(object);
      this.ranges.rollBack(additions);
    }
    this.#depth = depth;
    this.#errors = errors;
  }

  #fail(value: unknown): never {
    throw this.#refuse(value);
  }

  #refuse(value: unknown): IsolationError {
    return notSerializable(this.path(), describeValue(value), CANNOT_CROSS + adviceFor(value));
  }
}

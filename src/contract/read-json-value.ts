import { BinaryReader } from "@bufbuild/protobuf/wire";

/** Arrays and objects inside one another, as with `google.protobuf.Value` everywhere. */
const MAX_DEPTH = 100;

const { defineProperty } = Object;

/** The fields of `google.protobuf.Value`. */
const KIND = { null: 1, number: 2, string: 3, boolean: 4, struct: 5, list: 6 } as const;

/**
 * Reads `google.protobuf.Value` of a peer that is not trusted, by hand: what is generated assigns to `__proto__`, and has no
 * bound on what it makes.
 *
 * @param maxNodes how many values it may hold
 * @throws RangeError when it is no value, or too much
 */
export function readJsonValue(bytes: Uint8Array, maxNodes: number): unknown {
  return new JsonValueReader(bytes, maxNodes).read();
}

class JsonValueReader {
  readonly #reader: BinaryReader;
  #nodesLeft: number;
  #depth = 0;

  constructor(bytes: Uint8Array, maxNodes: number) {
    this.#reader = new BinaryReader(bytes);
    this.#nodesLeft = maxNodes;
  }

  read(length = this.#reader.len): unknown {
    this.#nodesLeft -= 1;
    if (this.#nodesLeft < 0) throw new RangeError("there are too many values in it");
    let value: unknown = null;
    this.#eachField(length, (field) => {
      const reader = this.#reader;
      if (field === KIND.null) {
        reader.int32();
        value = null;
      } else if (field === KIND.number) value = reader.double();
      else if (field === KIND.string) value = reader.string();
      else if (field === KIND.boolean) value = reader.bool();
      else if (field === KIND.struct) value = this.#within(() => this.#struct(reader.uint32()));
      else if (field === KIND.list) value = this.#within(() => this.#list(reader.uint32()));
      else return false;
      return true;
    });
    return value;
  }

  #list(length: number): unknown[] {
    const items: unknown[] = [];
    this.#eachField(length, (field) => {
      if (field !== 1) return false;
      items.push(this.read(this.#reader.uint32()));
      return true;
    });
    return items;
  }

  #struct(length: number): object {
    const fields = {};
    this.#eachField(length, (field) => {
      if (field !== 1) return false;
      let key = "";
      let value: unknown = null;
      this.#eachField(this.#reader.uint32(), (part) => {
        if (part === 1) key = this.#reader.string();
        else if (part === 2) value = this.read(this.#reader.uint32());
        else return false;
        return true;
      });
      defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
      return true;
    });
    return fields;
  }

  #within<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new RangeError("it is nested too deeply");
    const value = read();
    this.#depth -= 1;
    return value;
  }

  /** @param take reads a field, or says that it does not know it */
  #eachField(length: number, take: (field: number) => boolean): void {
    const reader = this.#reader;
    const end = reader.pos + length;
    if (end > reader.len) throw new RangeError("it is cut off");
    while (reader.pos < end) {
      const [field, wireType] = reader.tag();
      if (!take(field)) reader.skip(wireType, field);
    }
    if (reader.pos !== end) throw new RangeError("a field is longer than what it is in");
  }
}

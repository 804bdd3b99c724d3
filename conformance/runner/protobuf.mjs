/**
 * Protobuf by descriptors, with the names of the .proto files: an implementation apart from those that are judged.
 *
 * @typedef {Record<string, any>} Message by field name; what was not sent is not there
 * @typedef {{ name: string, number: number, type: number, repeated: boolean, map: boolean, typeName: string }} Field
 * @typedef {ReadonlyMap<string, readonly Field[]>} Types by full name
 */

const TYPE = {
  double: 1,
  int64: 3,
  uint64: 4,
  int32: 5,
  bool: 8,
  string: 9,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
};
const NUMBERS = [TYPE.int64, TYPE.uint64, TYPE.int32, TYPE.bool, TYPE.uint32, TYPE.enum];
const NATURAL = ["google.protobuf.Value", "google.protobuf.ListValue", "google.protobuf.Struct"];

/** @param {Types} types @param {string} name @param {Message} message @returns {Buffer} */
export function encode(types, name, message) {
  const parts = (types.get(name) ?? []).flatMap((field) => {
    const value = message[field.name];
    if (value === undefined) return [];
    if (field.map) return Object.entries(value).map(([key, each]) => encodeField(types, field, { key, value: each }));
    if (!field.repeated) return [encodeField(types, field, value)];
    if (!isPackable(field)) return value.map((/** @type {unknown} */ each) => encodeField(types, field, each));
    const packed = Buffer.concat(value.map((/** @type {number} */ each) => encodeNumber(field, each)));
    return packed.length === 0 ? [] : [delimited(field.number, packed)];
  });
  const unknown = Object.keys(message).find((key) => !types.get(name)?.some((field) => field.name === key));
  if (unknown !== undefined) throw new Error(`${name} has no field ${unknown}`);
  return Buffer.concat(parts);
}

/** @param {Types} types @param {Field} field @param {any} value */
function encodeField(types, field, value) {
  if (isPackable(field))
    return Buffer.concat([tag(field.number, field.type === TYPE.double ? 1 : 0), encodeNumber(field, value)]);
  if (field.type === TYPE.string) return delimited(field.number, Buffer.from(value));
  if (field.type === TYPE.bytes) return delimited(field.number, value);
  const inner = NATURAL.includes(field.typeName) ? fromNatural(field.typeName, value) : value;
  return delimited(field.number, encode(types, field.typeName, inner));
}

/** @param {Field} field */
const isPackable = ({ type }) => type === TYPE.double || NUMBERS.includes(type);

/** @param {Field} field @param {number} value */
function encodeNumber({ type }, value) {
  if (type !== TYPE.double) return varint(Number(value));
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** @param {number} number @param {Buffer} bytes */
export function delimited(number, bytes) {
  return Buffer.concat([tag(number, 2), varint(bytes.length), bytes]);
}

/** @param {number} number @param {number} wire */
const tag = (number, wire) => varint(number * 8 + wire);

/** @param {number} value a whole number from 0 */
function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** @param {Types} types @param {string} name @param {Buffer} bytes @returns {Message} */
export function decode(types, name, bytes) {
  /** @type {Message} */
  const message = {};
  const fields = types.get(name) ?? [];
  for (const { number, wire, value } of records(bytes)) {
    const field = fields.find((each) => each.number === number);
    if (field === undefined) continue;
    if (field.map) {
      const entry = decode(types, field.typeName, /** @type {Buffer} */ (value));
      message[field.name] = { ...message[field.name], [entry.key ?? ""]: entry.value ?? "" };
    } else if (field.repeated) {
      const values = wire === 2 && isPackable(field) ? unpack(field, value) : [decodeValue(types, field, value)];
      message[field.name] = [...(message[field.name] ?? []), ...values];
    } else message[field.name] = decodeValue(types, field, value);
  }
  return message;
}

/** @param {Types} types @param {Field} field @param {any} value @returns {any} */
function decodeValue(types, field, value) {
  if (field.type === TYPE.string) return value.toString("utf8");
  if (field.type === TYPE.bytes) return value;
  if (field.type === TYPE.double) return value.readDoubleLE(0);
  if (field.type === TYPE.bool) return value !== 0n;
  if (field.type !== TYPE.message) return Number(value);
  const message = decode(types, field.typeName, value);
  return NATURAL.includes(field.typeName) ? toNatural(field.typeName, message) : message;
}

/** @param {Field} field @param {any} bytes */
function unpack(field, bytes) {
  const values = [];
  for (let at = 0; at < bytes.length; ) {
    if (field.type === TYPE.double) {
      values.push(bytes.readDoubleLE(at));
      at += 8;
    } else {
      const [value, next] = readVarint(bytes, at);
      values.push(Number(value));
      at = next;
    }
  }
  return values;
}

/** @param {Buffer} bytes @returns {Generator<{ number: number, wire: number, value: bigint | Buffer }>} */
function* records(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const [head, start] = readVarint(bytes, at);
    const [number, wire] = [Number(head >> 3n), Number(head & 7n)];
    if (wire === 0) {
      const [value, next] = readVarint(bytes, start);
      yield { number, wire, value };
      at = next;
      continue;
    }
    const [length, from] = wire === 2 ? readVarint(bytes, start) : [wire === 1 ? 8n : 4n, start];
    if (wire > 2 && wire !== 5) throw new Error(`wire type ${wire} of field ${number} is not used by proto3`);
    at = from + Number(length);
    if (at > bytes.length) throw new Error(`field ${number} claims ${length} bytes; ${bytes.length - from} are there`);
    yield { number, wire, value: bytes.subarray(from, at) };
  }
}

/** @param {Buffer} bytes @param {number} start @returns {[value: bigint, next: number]} */
function readVarint(bytes, start) {
  let value = 0n;
  for (let at = start, shift = 0n; shift < 70n; at += 1, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [BigInt.asUintN(64, value), at + 1];
  }
  throw new Error("a number has no end");
}

/** Natural JSON as the messages of struct.proto. @param {string} name @param {any} json @returns {Message} */
function fromNatural(name, json) {
  if (name.endsWith("ListValue")) return { values: json };
  if (name.endsWith("Struct")) return { fields: json };
  if (json === null) return { null_value: 0 };
  if (typeof json === "number") return { number_value: json };
  if (typeof json === "string") return { string_value: json };
  if (typeof json === "boolean") return { bool_value: json };
  return Array.isArray(json) ? { list_value: json } : { struct_value: json };
}

/** @param {string} name @param {Message} message */
function toNatural(name, message) {
  if (name.endsWith("ListValue")) return message.values ?? [];
  if (name.endsWith("Struct")) return message.fields ?? {};
  const [value] = Object.entries(message);
  return value === undefined || value[0] === "null_value" ? null : value[1];
}

/** @typedef {import("../../chaos/random.mjs").Random} Random */

const LENGTH_DELIMITED = 2;

/**
 * Changes the fields of a Protobuf message: leaves out, repeats, reorders, renumbers and nests them, so that the result
 * is a message still.
 * @param {Random} random
 * @param {Buffer} bytes
 * @param {readonly Buffer[]} others
 */
export function mutateFields(random, bytes, others) {
  const fields = fieldsOf(bytes);
  if (fields.length === 0) return random.pick(others) ?? bytes;
  const at = random.between(0, fields.length - 1);
  const field = /** @type {Buffer} */ (fields[at]);
  switch (random.between(0, 5)) {
    case 0:
      return Buffer.concat(fields.toSpliced(at, 1));
    case 1:
      return Buffer.concat(fields.toSpliced(at, 0, ...new Array(random.pick([1, 2, 60])).fill(field)));
    case 2:
      return Buffer.concat([...fields.toSpliced(at, 1), field]);
    case 3:
      return Buffer.concat(fields.toSpliced(at, 1, renumber(random, field)));
    case 4:
      return Buffer.concat(fields.toSpliced(at, 1, nest(random, field)));
    default:
      return Buffer.concat([...fields, ...fieldsOf(random.pick(others) ?? bytes)]);
  }
}

/** Its fields, tag included; those before the first that is none. @param {Buffer} bytes @returns {Buffer[]} */
export function fieldsOf(bytes) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, start] = readVarint(bytes, at);
    let end = start;
    const kind = tag & 7;
    if (kind === 0) [, end] = readVarint(bytes, start);
    else if (kind === 1) end = start + 8;
    else if (kind === 5) end = start + 4;
    else if (kind === LENGTH_DELIMITED) {
      const [length, from] = readVarint(bytes, start);
      end = from + length;
    } else break;
    if (end > bytes.length) break;
    fields.push(bytes.subarray(at, end));
    at = end;
  }
  return fields;
}

/** Another field of the message, one that nobody knows, or another kind. @param {Random} random @param {Buffer} field */
function renumber(random, field) {
  const [tag, start] = readVarint(field, 0);
  const number = random.pick([1, 2, 5, 10, 15, 20, 23, 24, 1_000, 2 ** 28]);
  const kind = random.between(0, 7) === 0 ? random.between(0, 7) : tag & 7;
  return Buffer.concat([writeVarint(number * 8 + kind), field.subarray(start)]);
}

/** Itself as its own content, again and again. @param {Random} random @param {Buffer} field */
function nest(random, field) {
  const [tag] = readVarint(field, 0);
  let nested = field;
  for (let depth = random.pick([1, 3, 30, 200]); depth > 0; depth -= 1) {
    nested = Buffer.concat([writeVarint(tag - (tag & 7) + LENGTH_DELIMITED), writeVarint(nested.length), nested]);
  }
  return nested;
}

/** @param {Buffer} bytes @param {number} start @returns {[value: number, next: number]} */
function readVarint(bytes, start) {
  let value = 0;
  for (let at = start, factor = 1; at < bytes.length; at += 1, factor *= 128) {
    const byte = Number(bytes[at]);
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, at + 1];
  }
  return [value, bytes.length + 1];
}

/** @param {number} value */
function writeVarint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

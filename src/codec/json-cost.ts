/**
 * What `JSON.parse` makes of a text, in bytes of memory at the worst moment, as measured on V8 without compressed
 * pointers: what stays, and the handles and stacks of the parser.
 */
const ARRAY_BYTES = 48;
const OBJECT_BYTES = 40;
/** An empty object is made with room for four fields. */
const EMPTY_OBJECT_BYTES = 40;
const ELEMENT_BYTES = 24;
const FIELD_BYTES = 12;
const STRING_BYTES = 32;
/** A number that is no small integer. */
const NUMBER_BYTES = 24;
/** A field that no object before had after the same fields: V8 makes a hidden class for it. */
const NEW_SHAPE_BYTES = 320;
/** An object with more fields than this is a dictionary. */
const DICTIONARY_FROM = 1_024;
const DICTIONARY_FIELD_BYTES = 144;
/** A name that is an index: the object gets elements beside its fields, with room for more than it has. */
const INDEX_NAME_BYTES = 200;
const SHORT_INDEX_NAME_BYTES = 320;

/** Arrays and objects inside one another in the text: more than twice what a value may have. */
export const MAX_TEXT_DEPTH = 2_500;

/**
 * The shapes of objects that were met: each is paid for once. The hash is not to be foreseen, so that nobody can send names
 * that look like others.
 */
const KNOWN_SHAPES = new Int32Array(1 << 16);
const MULTIPLIER = Math.floor(Math.random() * 2 ** 32) | 1;
const FIRST_SHAPE = Math.floor(Math.random() * 2 ** 32) | 0;

const QUOTE = 0x22;
const COMMA = 0x2c;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SMALL_E = 0x65;
const LONGEST_SMALL_INTEGER = 9;

/** For each open object a hash of its names so far, and their number; -1 for an array. Nothing here is used twice at once. */
const shapes = new Int32Array(MAX_TEXT_DEPTH);
const counts = new Int32Array(MAX_TEXT_DEPTH);
/** Of the string that was read last: a hash, and whether it takes two bytes a character. */
let stringHash = 0;
let isWideString = false;

/**
 * Estimates, in one pass and without building anything, how many bytes of memory `JSON.parse` takes for what a text
 * says; the text itself does not count. Of a text that is no JSON it says anything.
 *
 * @param enough where more is too much anyway: looks no further
 * @throws RangeError when arrays and objects are nested deeper than `MAX_TEXT_DEPTH`
 */
export function costOfJson(text: string, enough = Number.POSITIVE_INFINITY): number {
  const { length } = text;
  let cost = ELEMENT_BYTES;
  let depth = 0;
  /** Whether the next string is a name. */
  let isName = false;
  for (let at = 0; at < length && cost <= enough; at += 1) {
    const char = text.charCodeAt(at);
    if (char === COMMA) {
      isName = depth > 0 && (counts[depth - 1] as number) >= 0;
      if (!isName) cost += ELEMENT_BYTES;
    } else if (char === QUOTE) {
      const end = endOfString(text, at + 1);
      if (isName && depth > 0) cost += costOfName(text, at + 1, end, depth - 1);
      else cost += STRING_BYTES + (isWideString ? 2 : 1) * (end - at);
      isName = false;
      at = end;
    } else if (char === OPEN_ARRAY || char === OPEN_OBJECT) {
      if (depth === MAX_TEXT_DEPTH) throw new RangeError(`it is nested deeper than ${MAX_TEXT_DEPTH}`);
      isName = char === OPEN_OBJECT;
      shapes[depth] = FIRST_SHAPE;
      counts[depth] = isName ? 0 : -1;
      depth += 1;
      cost += isName ? costOfObject(text, at) : ARRAY_BYTES + ELEMENT_BYTES;
    } else if (char === CLOSE_ARRAY || char === CLOSE_OBJECT) {
      if (depth > 0) depth -= 1;
    } else if (char >= DIGIT_0 && char <= DIGIT_9) {
      const end = endOfNumber(text, at);
      if (end - at > LONGEST_SMALL_INTEGER) cost += NUMBER_BYTES;
      at = end - 1;
    } else if (char === POINT) cost += NUMBER_BYTES;
  }
  return cost;
}

function costOfObject(text: string, at: number): number {
  return OBJECT_BYTES + (text.charCodeAt(at + 1) === CLOSE_OBJECT ? EMPTY_OBJECT_BYTES : 0);
}

/** Where the digits end. An exponent counts as so many digits that the number is none of the small ones. */
function endOfNumber(text: string, start: number): number {
  let end = start;
  let char: number;
  do {
    end += 1;
    char = text.charCodeAt(end);
  } while (char >= DIGIT_0 && char <= DIGIT_9);
  return (char | 0x20) === SMALL_E ? end + LONGEST_SMALL_INTEGER : end;
}

/** Where its closing quote is. */
function endOfString(text: string, start: number): number {
  const { length } = text;
  let hash = 0;
  let widest = 0;
  let end = start;
  for (; end < length; end += 1) {
    const char = text.charCodeAt(end);
    if (char === QUOTE) break;
    if (char === BACKSLASH) {
      end += 1;
      widest = 0x100;
    }
    widest |= char;
    hash = (Math.imul(hash, MULTIPLIER) + char) | 0;
  }
  stringHash = hash;
  isWideString = widest > 0xff;
  return end;
}

function costOfName(text: string, start: number, end: number, object: number): number {
  const count = (counts[object] as number) + 1;
  counts[object] = count;
  const first = text.charCodeAt(start);
  if (first >= DIGIT_0 && first <= DIGIT_9) {
    return FIELD_BYTES + (end - start > 2 ? INDEX_NAME_BYTES : SHORT_INDEX_NAME_BYTES);
  }
  if (count > DICTIONARY_FROM) return FIELD_BYTES + DICTIONARY_FIELD_BYTES + end - start;
  const mixed = (shapes[object] as number) ^ stringHash ^ (stringHash >>> 15);
  const shape = Math.imul(mixed, MULTIPLIER) ^ (mixed >>> 13);
  shapes[object] = shape;
  const slot = (shape ^ (shape >>> 16)) & (KNOWN_SHAPES.length - 1);
  if (KNOWN_SHAPES[slot] === shape) return FIELD_BYTES;
  KNOWN_SHAPES[slot] = shape;
  return FIELD_BYTES + NEW_SHAPE_BYTES + end - start;
}

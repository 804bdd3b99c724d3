/**
 * Templates and patterns of scenarios: conformance/README.md has the list.
 * @typedef {import("./payload.mjs").Wire} Wire
 */

/** The numbers that the names with "@" in a scenario stand for. Each new name gets the next number of the process. */
export class Names {
  /** @type {Map<string, number>} */
  #bound = new Map();
  #next;

  /** @param {() => number} next @param {string} fixture the fixture module, as calls name it */
  constructor(next, fixture) {
    this.#next = next;
    this.fixture = fixture;
  }

  /** @param {string} name */
  number(name) {
    const bound = this.#bound.get(name) ?? this.#next();
    this.#bound.set(name, bound);
    return bound;
  }

  /** What was bound stays bound only if the attempt succeeds. @param {() => boolean} attempt */
  keepIf(attempt) {
    const before = new Map(this.#bound);
    const succeeded = attempt();
    if (!succeeded) this.#bound = before;
    return succeeded;
  }

  /** @param {string} name @param {unknown} actual */
  matches(name, actual) {
    const bound = this.#bound.get(name);
    if (bound !== undefined) return bound === actual;
    if (typeof actual !== "number") return false;
    this.#bound.set(name, actual);
    return true;
  }
}

/** Whether it stands for a number. @param {unknown} value */
const isName = (value) => typeof value === "string" && /^@[a-z]\w*$/i.test(value);

/**
 * What a template stands for, in the notation of payloads.
 * @param {unknown} template @param {Names} names @returns {Wire}
 */
export function expand(template, names) {
  /** @type {Buffer[]} */
  const ranges = [];
  /** @param {unknown} value @returns {unknown} */
  const walk = (value) => {
    if (isName(value)) return names.number(String(value));
    if (value === "?fixture") return names.fixture;
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    const [[key, content] = ["", undefined]] = Object.entries(value);
    if (key === "?repeat") return String(content[0]).repeat(content[1]);
    if (key === "?range") return Array.from({ length: content[1] - content[0] + 1 }, (_, index) => content[0] + index);
    if (key === "?nest") return JSON.parse("[".repeat(content) + "]".repeat(content));
    if (key === "?hex") return toBytes(content);
    if (key === "?copies") return Array.from({ length: content[1] }, () => walk(content[0]));
    if (key === "?text") return JSON.stringify(walk(content));
    if (key === "?brackets") return "[".repeat(content) + "]".repeat(content);
    if (key === "?range-of") return ranges.push(toBytes(content)) - 1;
    if (key === "?bytes") {
      const bytes = toBytes(content);
      return ["$v", "Uint8Array", ranges.push(bytes) - 1, 0, bytes.length];
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each)]));
  };
  const root = walk(template);
  return { root, ranges };
}

/** Hexadecimal digits, or such and how often they are repeated. @param {string | [string, number]} content */
function toBytes(content) {
  const [hex, times] = Array.isArray(content) ? content : [content, 1];
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  return Buffer.alloc(bytes.length * times, bytes);
}

/**
 * Whether a value is as the pattern says.
 * @param {unknown} actual @param {unknown} pattern @param {Names} names
 * @param {{ exact: boolean, ranges?: readonly Buffer[] }} options `exact`: objects have no other fields than the pattern
 * @returns {boolean}
 */
export function matches(actual, pattern, names, options) {
  if (isName(pattern)) return names.matches(String(pattern), actual);
  if (typeof pattern !== "object" || pattern === null)
    return Object.is(actual, pattern) || (actual === 0 && pattern === 0);
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(actual) &&
      actual.length === pattern.length &&
      pattern.every((each, index) => matches(actual[index], each, names, options))
    );
  }
  const [first] = Object.keys(pattern);
  if (first?.startsWith("?")) return matchesRule(actual, pattern, names, options);
  if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return false;
  const fields = Object.entries(pattern);
  if (options.exact && Object.keys(actual).length !== fields.length) return false;
  return fields.every(
    ([name, each]) => Object.hasOwn(actual, name) && matches(Reflect.get(actual, name), each, names, options),
  );
}

/** @type {Record<string, (actual: any, rule: any, names: Names, options: Parameters<typeof matches>[3]) => boolean>} */
const RULES = {
  "?type": (actual, rule) => (rule === "array" ? Array.isArray(actual) : typeof actual === rule),
  "?matches": (actual, rule) => typeof actual === "string" && new RegExp(rule, "su").test(actual),
  "?any": (actual, rule, names, options) =>
    rule.some((/** @type {unknown} */ each) => matches(actual, each, names, options)),
  "?min": (actual, rule) => typeof actual === "number" && actual >= rule,
  "?max": (actual, rule) => typeof actual === "number" && actual <= rule,
  "?length": (actual, rule) => actual?.length === rule,
  "?longest": (actual, rule) => actual?.length <= rule,
  "?absent": (actual) => actual === undefined,
  "?has": (actual, rule, names, options) => matches(actual, rule, names, { ...options, exact: false }),
  "?includes": (actual, rule, names, options) =>
    Array.isArray(actual) &&
    rule.every((/** @type {unknown} */ each) => actual.some((one) => matches(one, each, names, options))),
  "?repeat": (actual, [text, times]) => actual === text.repeat(times),
  "?range": (actual, rule, names) => JSON.stringify(actual) === JSON.stringify(expand({ "?range": rule }, names).root),
  "?nest": (actual, rule, names) => JSON.stringify(actual) === JSON.stringify(expand({ "?nest": rule }, names).root),
  "?bytes": (actual, rule, _, { ranges }) => bytesOf(actual, ranges)?.equals(toBytes(rule)) === true,
};

/** @param {unknown} actual @param {object} pattern @param {Names} names @param {Parameters<typeof matches>[3]} options */
function matchesRule(actual, pattern, names, options) {
  return Object.entries(pattern).every(([name, rule]) => {
    const check = RULES[name];
    if (check === undefined) throw new Error(`there is no rule ${name}; there are ${Object.keys(RULES).join(", ")}`);
    return check(actual, rule, names, options);
  });
}

/** Of an ArrayBuffer, or a Buffer or Uint8Array on one: languages have one kind of bytes. @param {unknown} actual @param {readonly Buffer[]} [ranges] */
function bytesOf(actual, ranges = []) {
  if (!Array.isArray(actual)) return undefined;
  if (actual[0] === "$l") return ranges[actual[1]];
  const [marker, kind, range, offset, length] = actual;
  if (marker !== "$v" || !["Uint8Array", "Buffer"].includes(kind)) return undefined;
  return ranges[range]?.subarray(offset, offset + length);
}

import { encodeValue } from "../../dist/src/codec/index.js";
import { mutateBytes } from "../mutate/mutate-bytes.mjs";
import { mutateJson } from "../mutate/mutate-json.mjs";

/** @typedef {import("../../chaos/random.mjs").Random} Random */

const HEADER_LENGTH = 5;

const live = Object.defineProperty({}, Symbol.for("process-isolation.reference"), { value: true });

const shared = { name: "shared" };
const cycle = { list: /** @type {unknown[]} */ ([]) };
cycle.list.push(cycle, shared, shared);
const bytes = Uint8Array.from({ length: 64 }, (_, index) => index).buffer;
const sparse = Object.assign(new Array(9), { 3: "three", named: true });

const PLAIN = [
  1,
  "text",
  "$text",
  null,
  undefined,
  [1, [2, [3]]],
  { a: { b: { c: "d" } }, $e: "$" },
  [Number.NaN, -0, Number.POSITIVE_INFINITY, 2n ** 100n, -5n],
  [new Date(0), new Date(Number.NaN), /a(b)c/giu],
  new Map(
    /** @type {[unknown, unknown][]} */ ([
      [1, "one"],
      [{ key: true }, new Set([1, shared])],
    ]),
  ),
  cycle,
  sparse,
  Object.assign(Object.create(null), { bare: 1 }),
  [Object(1), Object("boxed"), Object(true), Object(7n)],
  [new Uint8Array(bytes, 8, 16), new Float64Array(bytes, 0, 2), new DataView(bytes, 3, 5), bytes],
  [Buffer.from("one"), Buffer.from("two"), new BigInt64Array(2)],
  Object.assign(new TypeError("wrong", { cause: new RangeError("deeper") }), { code: "E_X", extra: [1n] }),
  new AggregateError([new Error("one"), "two"], "both"),
];
const WITH_REFERENCES = [
  { fn: () => {}, more: [() => {}] },
  [new AbortController().signal, new ReadableStream()],
  { live },
];

let number = 0;
const exportReference = (/** @type {object} */ value) => {
  number += 1;
  const kind = typeof value === "function" ? "function" : value instanceof ReadableStream ? "stream" : "signal";
  return { kind, id: (number % 3) + 1 };
};

/** Values of all kinds, encoded. */
export const VALUES = [
  ...PLAIN.map((value) => Buffer.from(encodeValue(value))),
  ...WITH_REFERENCES.map((value) => Buffer.from(encodeValue(value, { exportReference }))),
  Buffer.from(
    encodeValue(
      { large: Buffer.alloc(100) },
      { outOfBandThreshold: 50, exportBytes: () => ({ chunks: 1, length: 100 }) },
    ),
  ),
];

/** Changed in its JSON, or in its bytes. @param {Random} random @param {Buffer} encoded */
export function mutateValue(random, encoded) {
  if (random.between(0, 2) === 0) return mutateBytes(random, encoded, VALUES);
  const end = HEADER_LENGTH + encoded.readUInt32LE(1);
  const text = Buffer.from(mutateJson(random, JSON.parse(encoded.toString("utf8", HEADER_LENGTH, end))));
  const head = Buffer.alloc(HEADER_LENGTH, 1);
  head.writeUInt32LE(text.length, 1);
  return Buffer.concat([head, text, encoded.subarray(end)]);
}

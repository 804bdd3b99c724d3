import { decodeValue, encodeValue } from "../../../dist/src/codec/index.js";
import { Account } from "../../../dist/src/session/account.js";
import { collidingIntegers } from "../../corpus/colliding-integers.mjs";
import { mutateValue, VALUES } from "../../corpus/values.mjs";
import { acceptsOr } from "../../targets/target.mjs";
import { MADE_PER_BYTE } from "../bounds.mjs";
import { growJson } from "../grow.mjs";

const HEADER_LENGTH = 5;
const HOOKS = {
  importReference: (/** @type {unknown} */ descriptor) => ({ standsFor: descriptor }),
  importBytes: () => Buffer.alloc(100),
};

/** Values that are known to have cost much. Making them does too. */
function costlyValues() {
  const integers = collidingIntegers(40_000);
  return [
    new Set(integers.slice(0, 200)),
    new Map(integers.slice(0, 150).map((integer) => [integer, 0])),
    new Set(integers),
    Array.from({ length: 20 }, () => new Array(1_000)),
    Array.from({ length: 20 }, () => 10n ** 400n),
    Array.from({ length: 20 }, (_, index) => new Error(`x${index}`, { cause: new AggregateError([]) })),
  ];
}

/** @type {import("../climber.mjs").Surface} The payloads of both sides. */
export const values = {
  name: "values",
  share: 8,
  open: async () => ({
    seeds: [...VALUES, ...costlyValues().map((value) => Buffer.from(encodeValue(value)))],
    mutate: (random, bytes) => (hasJson(bytes) ? mutateValue(random, bytes) : mutateValue(random, random.pick(VALUES))),
    grow(random, bytes, length) {
      if (!hasJson(bytes)) return bytes;
      const end = HEADER_LENGTH + bytes.readUInt32LE(1);
      const text = Buffer.from(growJson(random, bytes.toString("utf8", HEADER_LENGTH, end), length));
      const head = Buffer.alloc(HEADER_LENGTH, 1);
      head.writeUInt32LE(text.length, 1);
      return Buffer.concat([head, text, bytes.subarray(end)]);
    },
    feed(bytes) {
      const account = new Account();
      account.beginFrame();
      const meter = account.beginDecoding(false);
      acceptsOr(() => {
        decodeValue(bytes, { ...HOOKS, meter });
      }, "PROTOCOL");
      // What was charged is within the budget: looked for is what costs more than that.
      const charged = (meter?.kept ?? 0) / MADE_PER_BYTE;
      meter?.end();
      // Of arrays with holes less is made than their length says: the memory tells.
      return { paid: bytes.length + charged };
    },
  }),
};

/** Whether it can be changed as JSON: bytes may have been changed before. @param {Buffer} bytes */
function hasJson(bytes) {
  try {
    const value = JSON.parse(bytes.toString("utf8", HEADER_LENGTH, HEADER_LENGTH + bytes.readUInt32LE(1)));
    return typeof value === "object" && value !== null && Object.keys(value).length > 0;
  } catch {
    return false;
  }
}

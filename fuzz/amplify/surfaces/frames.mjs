import { decodeFrame } from "../../../dist/src/session/frame-decoder.js";
import { fieldsOf } from "../../mutate/mutate-fields.mjs";
import { mutateFrame, smallFrames } from "../../targets/frames.mjs";

/** @typedef {import("../../../chaos/random.mjs").Random} Random */

const MOST_SEED_BYTES = 1_000;
/** The fields of a frame, each empty: two bytes that may make an object. */
const EMPTY_FIELDS = Array.from({ length: 24 }, (_, index) => {
  const tag = (index + 1) * 8 + 2;
  return Buffer.from(tag < 128 ? [tag, 0] : [(tag & 0x7f) | 0x80, tag >> 7, 0]);
});

/** @type {import("../climber.mjs").Surface} One frame. */
export const frames = {
  name: "frames",
  share: 5,
  async open() {
    const corpus = (await smallFrames()).filter(({ length }) => length < MOST_SEED_BYTES);
    const seeds = [...corpus, ...EMPTY_FIELDS.map((field) => Buffer.concat(new Array(100).fill(field)))];
    return {
      seeds,
      mutate: (random, bytes) => mutateFrame(random, [bytes]),
      grow: growFields,
      feed(bytes) {
        try {
          return { result: decodeFrame(bytes) };
        } catch {
          // The session's to report.
          return {};
        }
      },
    };
  },
};

/** One field is there again and again, so that it is a frame still. @param {Random} random @param {Buffer} bytes @param {number} length */
export function growFields(random, bytes, length) {
  const fields = fieldsOf(bytes);
  if (fields.length === 0 || bytes.length >= length) return bytes;
  const field = random.pick(fields);
  const times = Math.ceil((length - bytes.length) / field.length);
  return Buffer.concat([...fields, ...new Array(times).fill(field)]);
}

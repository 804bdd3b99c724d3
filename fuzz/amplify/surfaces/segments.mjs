import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeValue } from "../../../dist/src/codec/index.js";
import { SessionFrame } from "../../../dist/src/contract/index.js";
import { SessionEnd } from "../../corpus/conversation.mjs";
import { turn } from "../../targets/target.mjs";
import { weigh } from "../weigh.mjs";

/** @typedef {import("../../../chaos/random.mjs").Random} Random */
/** @typedef {{ id: number, segment: number, length: number, isValue: boolean }} Use of a segment, as the answer to a call */

const PREFIX = "child-";
const CALLS = 16;
const TURNS = 3;
const LARGE_BYTES = 512 * 1024;
const SOME_BYTES = 40_000;
const NOBODY = 65_534;

/** What a child can put where its segments are expected, by number; 0 is missing. */
const KINDS = [
  "missing",
  ...[
    "right",
    "empty",
    "short",
    "sparse",
    "symbolic link",
    "pipe",
    "hard link",
    "foreign",
    "large",
    "folder",
    "locked",
  ],
  ...["value", "truncated value"],
];

/** Of these there are no bytes to be had. */
const NOTHING = ["missing", "empty", "sparse", "symbolic link", "pipe", "folder"].map((kind) => KINDS.indexOf(kind));

/** @type {import("../climber.mjs").Surface} Descriptors of real files in a real folder of segments. */
export const segments = {
  name: "shared-memory segments",
  share: 0.3,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), "fuzz-segments-"));
    const sizes = makeSegments(folder);
    return {
      seeds: [
        [],
        ...KINDS.map((_, segment) => [useOf(segment, SOME_BYTES)]),
        [useOf(KINDS.indexOf("large"), LARGE_BYTES)],
      ].map(toBytes),
      mutate: (random, bytes) => toBytes(mutateUses(random, fromBytes(bytes))),
      grow: (random, bytes, length) => toBytes(growUses(random, fromBytes(bytes), length)),
      feed: (bytes) => answerWith(folder, sizes, fromBytes(bytes)),
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

/** @param {string} folder @returns {readonly number[]} what the child had to write for each */
function makeSegments(folder) {
  const path = (/** @type {string} */ kind) => join(folder, `${PREFIX}${KINDS.indexOf(kind)}`);
  const elsewhere = join(folder, "elsewhere");
  const value = Buffer.from(encodeValue({ list: [1n, new Date(0), Buffer.alloc(SOME_BYTES)] }));
  writeFileSync(elsewhere, Buffer.alloc(SOME_BYTES, 1));
  writeFileSync(path("right"), Buffer.alloc(SOME_BYTES, 1));
  writeFileSync(path("empty"), "");
  writeFileSync(path("short"), "short");
  writeFileSync(path("sparse"), "");
  truncateSync(path("sparse"), 2 ** 32);
  symlinkSync(elsewhere, path("symbolic link"));
  if (process.platform !== "win32") spawnSync("mkfifo", [path("pipe")]);
  linkSync(elsewhere, path("hard link"));
  writeFileSync(path("foreign"), Buffer.alloc(SOME_BYTES));
  if (process.getuid?.() === 0) chownSync(path("foreign"), NOBODY, NOBODY);
  writeFileSync(path("large"), Buffer.alloc(LARGE_BYTES, 1));
  mkdirSync(path("folder"));
  writeFileSync(path("locked"), Buffer.alloc(SOME_BYTES));
  chmodSync(path("locked"), 0);
  writeFileSync(path("value"), value);
  writeFileSync(path("truncated value"), value.subarray(0, value.length / 2));
  return KINDS.map((kind) => statSync(path(kind), { throwIfNoEntry: false })?.blocks ?? 0).map(
    (blocks) => blocks * 512,
  );
}

/** Answers calls of a host with what lies in the segments. @param {string} folder @param {readonly number[]} sizes @param {readonly Use[]} uses */
async function answerWith(folder, sizes, uses) {
  let made = 0;
  const end = new SessionEnd(
    (frame) => {
      made += frame.length;
    },
    {},
    { folder, ownPrefix: "host-", peerPrefix: PREFIX },
  );
  const answered = new Set();
  for (let call = 1; call <= CALLS; call += 1) {
    const take = (/** @type {unknown} */ value) => {
      if (ArrayBuffer.isView(value) && value.byteLength > 0) answered.add(call);
      made += weigh(value);
    };
    end.call("never").then(take, () => {});
  }
  await turn();
  made = 0;
  const settlements = uses.map(({ id, segment, length, isValue }) => ({
    id,
    outcome: outcomeOf(segment, length, isValue),
  }));
  const frame = Buffer.from(
    SessionFrame.encode(SessionFrame.fromPartial(/** @type {object} */ ({ settlements }))).finish(),
  );
  end.lane.receive(frame);
  for (let turns = 0; turns < TURNS; turns += 1) await turn();
  if (end.lost !== undefined && end.lost.code !== "PROTOCOL") throw end.lost;
  end.close();
  await turn();
  if (uses.every(({ segment }) => NOTHING.includes(segment)) && answered.size > 0) {
    throw new Error("there are bytes where there are none");
  }
  const used = [...new Set(uses.map(({ segment }) => segment))];
  return { made, paid: used.reduce((sum, segment) => sum + (sizes[segment] ?? 0), frame.length) };
}

/** A value whose bytes are there, or that is there itself. @param {number} segment @param {number} length @param {boolean} isValue */
function outcomeOf(segment, length, isValue) {
  const descriptor = { segment, length };
  if (isValue) return { $case: "value", value: { form: { $case: "place", value: JSON.stringify(descriptor) } } };
  const text = Buffer.from(JSON.stringify([["$v", "Uint8Array", 0, 0, length], [[length, descriptor]]]));
  const head = Buffer.alloc(5, 1);
  head.writeUInt32LE(text.length, 1);
  return { $case: "value", value: { form: { $case: "inline", value: Buffer.concat([head, text]) } } };
}

/** @param {number} segment @param {number} length @returns {Use} */
function useOf(segment, length) {
  return { id: 1, segment, length, isValue: false };
}

/** @param {Random} random @param {readonly Use[]} uses */
function mutateUses(random, uses) {
  const use = {
    id: random.between(0, CALLS),
    segment: random.between(0, KINDS.length),
    length: random.pick([
      0,
      1,
      5,
      6,
      SOME_BYTES - 1,
      SOME_BYTES,
      SOME_BYTES + 1,
      LARGE_BYTES,
      2 ** 32,
      2 ** 40,
      -1,
      0.5,
    ]),
    isValue: random.between(0, 2) > 0,
  };
  const at = random.between(0, uses.length);
  return random.pick([[...uses, use], uses.toSpliced(at, 1, use), uses.toSpliced(at, 1), [...uses, ...uses, use]]);
}

/** Each use again, for another call. @param {Random} random @param {readonly Use[]} uses @param {number} length */
function growUses(random, uses, length) {
  const use = random.pick(uses);
  if (use === undefined) return uses;
  const times = Math.min(CALLS * 4, Math.ceil(length / 30));
  return [...uses, ...Array.from({ length: times }, (_, index) => ({ ...use, id: (index % CALLS) + 1 }))];
}

/** @param {readonly Use[]} uses */
function toBytes(uses) {
  return Buffer.from(uses.map(({ id, segment, length, isValue }) => `${[id, segment, length, +isValue]}\n`).join(""));
}

/** @param {Buffer} bytes @returns {Use[]} */
function fromBytes(bytes) {
  return bytes
    .toString()
    .split("\n")
    .map((line) => line.split(",").map(Number))
    .filter(({ length }) => length === 4)
    .map(([id = 0, segment = 0, length = 0, isValue = 0]) => ({ id, segment, length, isValue: isValue === 1 }));
}

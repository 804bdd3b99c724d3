import { SessionFrame } from "../../dist/src/contract/index.js";
import { mutateValue, VALUES } from "./values.mjs";

/** @typedef {import("../../chaos/random.mjs").Random} Random */

const IDS = [0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 12, 100, 2 ** 31, 2 ** 32 - 1];
const METHODS = ["", "add", "echo", "numbers", "lend", "nope", "__proto__", "constructor", "then", "a.b.c"];
const ELEMENTS = [
  "1",
  "null",
  '"x"',
  "[]",
  "[1]",
  '[{"a":1}]',
  '{"__proto__":{"x":1}}',
  '[["$x",{"kind":"stream","id":1}]]',
];

/**
 * A well-formed frame that says something nobody would: calls that nobody made are settled, streams that nobody lent
 * have items, everything refers to anything.
 * @param {Random} random
 */
export function strangeFrame(random) {
  const some = (/** @type {() => unknown} */ make) =>
    Array.from({ length: Math.max(0, random.between(-3, 3)) }, () => make());
  const id = () => random.pick(IDS);
  const ids = () => /** @type {number[]} */ (some(id));
  const column = (/** @type {readonly unknown[]} */ { length }) =>
    length === 0 ? "" : `[${Array.from({ length }, () => random.pick(ELEMENTS)).join()}]`;
  const args = (/** @type {readonly unknown[]} */ { length }) =>
    length === 0
      ? ""
      : `[${Array.from({ length }, () => random.pick(["[]", "[1]", '["x",{}]', "[null,[2]]"])).join()}]`;
  const payload = () => strangePayload(random);
  const failure = () => random.pick([undefined, payload()]);
  const [callIds, itemStreams, resultIds] = [ids(), ids(), ids()];
  const frame = {
    introductions: some(() => ({ handle: id(), module: "m", method: random.pick(METHODS), reference: id() })),
    callIds,
    callHandles: callIds.map(id),
    callArgs: args(callIds),
    callDetails: some(() => ({
      index: random.between(0, 3),
      args: failure(),
      attempt: id(),
      timeoutMs: id(),
      trace: {},
    })),
    cancels: ids(),
    streamResumes: ids(),
    itemStreams,
    items: column(itemStreams),
    itemPayloads: some(() => ({ index: random.between(0, 3), value: failure() })),
    streamEnds: some(() => ({ stream: id(), error: failure() })),
    aborts: some(() => ({ signal: id(), reason: failure() })),
    resultIds,
    results: column(resultIds),
    voidIds: ids(),
    settlements: some(() => ({
      id: id(),
      outcome: random.pick([undefined, { $case: "value", value: payload() }, { $case: "error", value: payload() }]),
    })),
    streamDemands: some(() => ({ stream: id(), items: id() })),
    streamCloses: some(() => ({ stream: id(), error: failure() })),
    releases: ids(),
    segmentsRead: ids(),
    handleReleases: ids(),
    chunks: some(() => ({
      payload: id(),
      data: Buffer.alloc(random.between(0, 40)),
      dropped: random.between(0, 3) === 0,
    })),
    ping: id(),
    pong: id(),
  };
  return Buffer.from(SessionFrame.encode(SessionFrame.fromPartial(/** @type {object} */ (frame))).finish());
}

/** @param {Random} random */
function strangePayload(random) {
  if (random.between(0, 3) > 0) {
    const encoded = random.between(0, 1) === 0 ? random.pick(VALUES) : mutateValue(random, random.pick(VALUES));
    return { form: { $case: "inline", value: encoded } };
  }
  const place = {
    [random.pick(["segment", "chunks"])]: random.pick(IDS),
    length: random.pick([...IDS, 40, -1, 2 ** 40]),
  };
  return { form: { $case: "place", value: random.pick([JSON.stringify(place), "[", "null", "1"]) } };
}

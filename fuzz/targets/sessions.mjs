import { calleeEnd, converse, recordConversation, SessionEnd } from "../corpus/conversation.mjs";
import { mutateFrame } from "./frames.mjs";
import { expectCleanPrototypes, turn } from "./target.mjs";

/** @typedef {import("../../chaos/random.mjs").Random} Random */

const FRAMES_PER_CASE = 12;
/** Turns of the event loop after which everything that was waiting has heard that its session is over. */
const TURNS_TO_SETTLE = 12;
const DO_NOTHING = () => {};

/** @type {import("./target.mjs").Target} A host whose child has turned against it, in the middle of a conversation. */
export const fromChild = {
  name: "session, hostile child",
  share: 22,
  perCase: FRAMES_PER_CASE,
  async open() {
    const { fromChild: corpus } = await recordConversation();
    return { make: (random) => makeFrames(random, corpus), run: (inputs) => runCase(inputs, asHost) };
  },
};

/** @type {import("./target.mjs").Target} A process whose client is not what it should be. */
export const fromHost = {
  name: "session, hostile host",
  share: 14,
  perCase: FRAMES_PER_CASE,
  async open() {
    const { fromHost: corpus } = await recordConversation();
    return { make: (random) => makeFrames(random, corpus), run: (inputs) => runCase(inputs, asChild) };
  },
};

/** Part of a conversation, in which some frames are changed, lost, doubled or not in their place. @param {Random} random @param {readonly Buffer[]} corpus */
function makeFrames(random, corpus) {
  const strangeness = random.pick([8, 3, 1]);
  const start = random.pick([0, 0, 0, random.between(0, corpus.length)]);
  return Array.from({ length: FRAMES_PER_CASE }, (_, index) => {
    const usual = corpus[start + index] ?? random.pick(corpus);
    return random.between(0, strangeness) === 0 ? mutateFrame(random, corpus) : usual;
  });
}

function asHost() {
  const end = new SessionEnd(DO_NOTHING);
  converse(end).catch(DO_NOTHING);
  return end;
}

function asChild() {
  return calleeEnd(DO_NOTHING);
}

/** @param {readonly Buffer[]} inputs @param {() => SessionEnd} open */
async function runCase(inputs, open) {
  const end = open();
  // Somebody else's conversation, of which nothing that the peer sends may settle a call.
  const other = new SessionEnd(DO_NOTHING);
  let settled = false;
  other.call("add", 1, 2).then(
    () => {
      settled = true;
    },
    () => {},
  );
  let accepted = 0;
  for (const frame of inputs) {
    end.lane.receive(frame);
    if (end.lost !== undefined) break;
    accepted += 1;
    if (accepted % 4 === 0) await turn();
  }
  if (end.lost !== undefined && end.lost.code !== "PROTOCOL") throw end.lost;
  if (settled) throw new Error("a call of another session was settled");
  end.close();
  other.close();
  for (let turns = 0; end.waiting > 0 && turns < TURNS_TO_SETTLE; turns += 1) await turn();
  if (end.waiting > 0) throw new Error(`${end.waiting} calls never settle`);
  expectCleanPrototypes();
  return { accepted, refused: inputs.length - accepted };
}

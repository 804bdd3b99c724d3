import { MessageReader } from "../../../dist/src/session/index.js";
import { calleeEnd, converse, recordConversation, SessionEnd } from "../../corpus/conversation.mjs";
import { strangeFrame } from "../../corpus/strange-frame.mjs";
import { fieldsOf } from "../../mutate/mutate-fields.mjs";
import { mutateFrame, toMessage } from "../../targets/frames.mjs";
import { turn } from "../../targets/target.mjs";
import { growFields } from "./frames.mjs";

/** @typedef {import("../../../chaos/random.mjs").Random} Random */

const MOST_FRAME_BYTES = 2_000;
const TURNS = 3;
/** What the other side does not wait for. */
const CALLS = 20;

/** @type {import("../climber.mjs").Surface} A host in the middle of a conversation: what it makes and answers. */
export const hostSession = {
  name: "session of a hostile child",
  share: 1.5,
  async open() {
    const { fromChild } = await recordConversation();
    return openSession(fromChild, (count) => {
      const end = new SessionEnd(count);
      converse(end).catch(() => {});
      for (let calls = 0; calls < CALLS; calls += 1) end.call("never").catch(() => {});
      return end;
    });
  },
};

/** @type {import("../climber.mjs").Surface} A process whose client is hostile. */
export const childSession = {
  name: "session of a hostile host",
  share: 1,
  async open() {
    const { fromHost } = await recordConversation();
    return openSession(fromHost, calleeEnd);
  },
};

/**
 * @param {readonly Buffer[]} recorded
 * @param {(count: (frame: Buffer) => void) => SessionEnd} begin
 * @returns {import("../climber.mjs").OpenSurface}
 */
function openSession(recorded, begin) {
  const corpus = recorded.filter(({ length }) => length < MOST_FRAME_BYTES);
  return {
    seeds: corpus.map(toMessage),
    mutate(random, bytes) {
      const frames = framesOf(bytes);
      const frame = random.pick(frames) ?? random.pick(corpus);
      const changed = random.pick([mutateFrame(random, [frame]), strangeFrame(random)]);
      const all = random.pick([[changed], [...frames, changed], [...frames.slice(1), changed]]);
      return Buffer.concat(all.map(toMessage));
    },
    grow(random, bytes, length) {
      const frames = framesOf(bytes);
      const at = random.between(0, frames.length - 1);
      const frame = frames[at];
      if (frame === undefined || fieldsOf(frame).length === 0) return bytes;
      return Buffer.concat(frames.with(at, growFields(random, frame, length)).map(toMessage));
    },
    async feed(bytes) {
      let made = 0;
      const end = begin((frame) => {
        made += frame.length;
      });
      await turn();
      made = 0;
      for (const frame of framesOf(bytes)) {
        if (end.lost !== undefined) break;
        end.lane.receive(frame);
      }
      for (let turns = 0; turns < TURNS; turns += 1) await turn();
      end.close();
      await turn();
      return { made };
    },
  };
}

/** The frames of messages, as far as they are whole. @param {Buffer} bytes */
function framesOf(bytes) {
  /** @type {Buffer[]} */
  const frames = [];
  const reader = new MessageReader((frame) => frames.push(frame));
  try {
    reader.write(bytes);
  } catch {
    // What comes behind it is not read.
  }
  return frames;
}

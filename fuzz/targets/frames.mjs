import { SessionFrame } from "../../dist/src/contract/index.js";
import { decodeFrame } from "../../dist/src/session/frame-decoder.js";
import { MessageReader, PREFIX_LENGTH } from "../../dist/src/session/index.js";
import { recordConversation } from "../corpus/conversation.mjs";
import { strangeFrame } from "../corpus/strange-frame.mjs";
import { mutateBytes } from "../mutate/mutate-bytes.mjs";
import { mutateFields } from "../mutate/mutate-fields.mjs";
import { acceptsOr, tally } from "./target.mjs";

const MOST_BYTES = 4_000;

/** @type {import("./target.mjs").Target} One frame, read by hand and by the generated decoder, which have to agree. */
export const frames = {
  name: "frames",
  share: 14,
  perCase: 8,
  async open() {
    const corpus = await smallFrames();
    return {
      make: (random) => Array.from({ length: 8 }, () => mutateFrame(random, corpus)),
      run: (inputs) => tally(inputs.map(readTwice)),
    };
  },
};

/** @type {import("./target.mjs").Target} Frames behind their lengths, cut anywhere. */
export const messages = {
  name: "messages",
  share: 10,
  perCase: 8,
  async open() {
    const corpus = await smallFrames();
    return {
      make: (random) =>
        Array.from({ length: 8 }, () => {
          const bytes = random.between(0, 1) === 0 ? random.pick(corpus) : mutateFrame(random, corpus);
          const message = toMessage(bytes);
          return random.between(0, 3) === 0 ? mutateBytes(random, message, corpus) : message;
        }),
      run: readStream,
    };
  },
};

/** The frames of both sides of a conversation, but for those that only have much to carry. */
export async function smallFrames() {
  const { fromHost, fromChild } = await recordConversation();
  return [...fromHost, ...fromChild].filter(({ length }) => length < MOST_BYTES);
}

/** @param {import("../../chaos/random.mjs").Random} random @param {readonly Buffer[]} corpus */
export function mutateFrame(random, corpus) {
  switch (random.between(0, 5)) {
    case 0:
    case 1:
      return mutateBytes(random, random.pick(corpus), corpus);
    case 2:
    case 3:
      return mutateFields(random, random.pick(corpus), corpus);
    case 4:
      return strangeFrame(random);
    default:
      return mutateBytes(random, strangeFrame(random), corpus);
  }
}

/** As gRPC, and a Session on a descriptor, send it: behind its length. @param {Buffer} bytes */
export function toMessage(bytes) {
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** Whatever the decoders throw ends the session; what both take has to be the same. @param {Buffer} bytes */
function readTwice(bytes) {
  const [byHand, generated] = [decodeFrame, SessionFrame.decode].map((decode) => {
    try {
      return decode(bytes);
    } catch {
      return undefined;
    }
  });
  if (byHand !== undefined && generated !== undefined) {
    const [one, other] = [byHand, generated].map((frame) => Buffer.from(SessionFrame.encode(frame).finish()));
    if (!one?.equals(/** @type {Buffer} */ (other))) throw new Error("the two decoders do not agree");
  }
  return byHand !== undefined;
}

/** @param {readonly Buffer[]} inputs @param {import("../../chaos/random.mjs").Random} random */
function readStream(inputs, random) {
  let accepted = 0;
  const reader = new MessageReader((frame) => {
    try {
      decodeFrame(frame);
      accepted += 1;
    } catch {
      // The session's to report.
    }
  });
  const bytes = Buffer.concat([...inputs]);
  acceptsOr(() => {
    for (let at = 0; at < bytes.length; ) {
      const length = random.pick([1, 3, 5, 60, 1_000, 65_536]);
      reader.write(bytes.subarray(at, at + length));
      at += length;
    }
  }, "PROTOCOL");
  return { accepted: Math.min(accepted, inputs.length), refused: Math.max(0, inputs.length - accepted) };
}

import { fileURLToPath } from "node:url";
import { IsolationError } from "process-isolation";
import { HANDSHAKE_DESCRIPTOR, SESSION_DESCRIPTOR } from "../../../dist/src/contract/index.js";
import { strangeFrame } from "../../corpus/strange-frame.mjs";
import { mutateFrame, smallFrames, toMessage } from "../frames.mjs";
import { mutateLine } from "../handshake.mjs";
import { PATIENCE_MS, Subject } from "./subject.mjs";

const HOSTILE = fileURLToPath(new URL("../../modules/hostile.mjs", import.meta.url));
/** Most of them say something, so that not the first ends the session. */
const FRAMES_PER_PROCESS = 48;
const LINES_PER_CASE = 48;

/** @type {import("../target.mjs").Target} Module code that writes frames of its own on the Session's descriptor. */
export const hostileChild = {
  name: "hostile child, live",
  share: 1,
  perCase: FRAMES_PER_PROCESS,
  async open() {
    const corpus = await smallFrames();
    return openAttacker(SESSION_DESCRIPTOR, (random) =>
      Array.from({ length: FRAMES_PER_PROCESS }, () =>
        toMessage(random.between(0, FRAMES_PER_PROCESS) === 0 ? mutateFrame(random, corpus) : strangeFrame(random)),
      ),
    );
  },
};

/** @type {import("../target.mjs").Target} Module code that writes lines on the handshake's descriptor. */
export const hostileLines = {
  name: "handshake lines, live",
  share: 0.5,
  perCase: LINES_PER_CASE,
  open: () =>
    openAttacker(HANDSHAKE_DESCRIPTOR, (random) =>
      Array.from({ length: LINES_PER_CASE }, () => Buffer.concat([mutateLine(random), Buffer.from("\n")])),
    ),
};

/**
 * @param {number} descriptor
 * @param {import("../target.mjs").Fuzzer["make"]} make
 * @returns {Promise<import("../target.mjs").Fuzzer>}
 */
async function openAttacker(descriptor, make) {
  const subject = await Subject.open();
  return {
    make,
    async run(inputs) {
      const isLost = await subject.isolator
        .invoke(HOSTILE, "write", [descriptor, Buffer.concat([...inputs])], { timeoutMs: PATIENCE_MS })
        .then(
          () => false,
          (error) => isEnd(error),
        );
      await subject.expectSettled();
      return isLost ? { accepted: 0, refused: inputs.length } : { accepted: inputs.length, refused: 0 };
    },
    close: () => subject.close(),
  };
}

/** Whether the process was ended. What it says on the wire may also settle the call that it runs: that is its own. @param {unknown} error */
function isEnd(error) {
  if (IsolationError.is(error, "DEADLINE_EXCEEDED")) throw error;
  // STOPPED: it said that somebody had asked it to end.
  return IsolationError.is(error) && ["PROTOCOL", "CRASHED", "STOPPED"].includes(error.code);
}

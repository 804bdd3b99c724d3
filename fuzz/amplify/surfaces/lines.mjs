import { Duplex } from "node:stream";
import { HandshakeTalk } from "../../../dist/src/process/handshake-talk.js";
import { createLifeline } from "../../../dist/src/process/lifeline.js";
import { LineSplitter } from "../../../dist/src/process/line-splitter.js";
import { TailBuffer } from "../../../dist/src/process/tail-buffer.js";
import { mutateBytes } from "../../mutate/mutate-bytes.mjs";
import { LINES, mutateLine } from "../../targets/handshake.mjs";
import { turn } from "../../targets/target.mjs";
import { grow } from "../grow.mjs";

/** @typedef {import("../../../chaos/random.mjs").Random} Random */

const GO = {
  ...{
    token: "ab",
    address: "/tmp/s",
    isolate: "one",
    generation: 1,
    from: "/tmp",
    debug: true,
    inspect: false,
    sharedMemory: "",
  },
  ...{
    sessionOnDescriptor: true,
    deniedPermissions: [],
    integrity: [],
    strayDescriptors: [],
    listeningDescriptor: 0,
    lifecycle: [],
    lifecycleOfAll: false,
    features: [],
    hostVersion: "",
    maxPayload: 0,
  },
};
/** What a line costs beside its characters, in bytes. */
const LINE_BYTES = 100;
const TAIL_BYTES = 8 * 1024;

const END = Buffer.from("\n");
const TALK = Buffer.concat(LINES.flatMap((line) => [line, END]));
const OUTPUT = [
  ...["one\ntwo\r\n", "x".repeat(500), "\n".repeat(300), "\r".repeat(300), "\r\n".repeat(200), "é€😀\n".repeat(20)],
  Buffer.alloc(300, 0xff),
].map((text) => Buffer.from(/** @type {string} */ (text)));

/** @type {import("../climber.mjs").Surface} What a process says on its private descriptor, as the host reads it. */
export const handshakeLines = {
  name: "handshake lines",
  share: 2,
  open: async () => ({
    seeds: [TALK, ...LINES.map((line) => Buffer.concat([line, END])), END, Buffer.from("[".repeat(300))],
    mutate: mutateLines,
    grow,
    async feed(bytes) {
      let made = 0;
      const pipe = new Duplex({
        read() {},
        write(chunk, _, done) {
          made += chunk.length;
          done();
        },
      });
      const talk = new HandshakeTalk(createLifeline(pipe), {
        answer: ({ protocol }) => ({ ...GO, protocol }),
        facts: {},
        onDebugger: (url) => {
          made += url.length;
        },
        onStopping: (reason) => {
          made += reason.length;
        },
        onBreach: ({ message }) => {
          made += message.length;
        },
      });
      talk.broken.catch(() => {});
      pipe.push(bytes);
      await turn();
      pipe.destroy();
      return { made };
    },
  }),
};

/** @param {Random} random @param {Buffer} bytes @param {readonly Buffer[]} others */
function mutateLines(random, bytes, others) {
  if (random.between(0, 1) === 0) return mutateBytes(random, bytes, others);
  return Buffer.concat([bytes, mutateLine(random), END]);
}

/** @type {import("../climber.mjs").Surface} What a process prints, cut into lines and kept as the end of stderr. */
export const childOutput = {
  name: "child output",
  share: 2,
  open: async () => ({
    seeds: OUTPUT,
    mutate: mutateBytes,
    grow,
    feed(bytes) {
      let made = 0;
      const lines = new LineSplitter(({ line }) => {
        made += line.length + LINE_BYTES;
      });
      const tail = new TailBuffer(TAIL_BYTES);
      // As the pipe may hand it over: at once, or byte by byte.
      const step = bytes.length < 1_000 ? 1 : 4_096;
      for (let at = 0; at < bytes.length; at += step) {
        lines.write(bytes.subarray(at, at + step));
        tail.write(bytes.subarray(at, at + step));
      }
      lines.end();
      return { made: made + tail.toString().length };
    },
  }),
};

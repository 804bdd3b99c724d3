import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { mutateBytes, randomBytes } from "../../mutate/mutate-bytes.mjs";
import { Subject } from "./subject.mjs";

const AT_ONCE = 16;
/** Those that say nothing wrong stay open: a stranger may wait as long as he likes. */
const OPEN_MS = 30;

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** @param {number} type @param {number} flags @param {number} stream @param {Buffer} payload */
const frame = (type, flags, stream, payload) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};
const HEADERS = Buffer.from([0x83, 0x86, 0x44, 2, 0x2f, 0x61, 0x41, 1, 0x78]);
const HTTP2 = [
  frame(4, 0, 0, Buffer.alloc(0)),
  frame(4, 0, 0, Buffer.from([0, 4, 0x7f, 0xff, 0xff, 0xff])),
  frame(1, 4, 1, HEADERS),
  frame(0, 1, 1, Buffer.alloc(20)),
  frame(8, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
  frame(6, 0, 0, Buffer.alloc(8)),
  frame(3, 0, 1, Buffer.alloc(4)),
  frame(9, 4, 1, HEADERS),
];
const OTHERS = [Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Buffer.alloc(0), Buffer.from([0x16, 3, 1, 2, 0])];

/** @type {import("../target.mjs").Target} Connections to the socket of an isolate that need not even be HTTP/2. */
export const rawConnections = {
  name: "raw connections, live",
  share: 0.1,
  perCase: AT_ONCE,
  async open() {
    const subject = await Subject.open();
    const { pid } = subject.isolator;
    const { address } = subject.live;
    return {
      make: (random) => Array.from({ length: AT_ONCE }, () => makeBytes(random)),
      async run(inputs) {
        const open = await Promise.all(inputs.map((bytes) => converse(address, bytes)));
        await subject.expectAlive();
        if (subject.isolator.pid !== pid) throw new Error("the isolate was restarted");
        const accepted = open.filter((isOpen) => isOpen).length;
        return { accepted, refused: inputs.length - accepted };
      },
      close: () => subject.close(),
    };
  },
};

/** @param {import("../../../chaos/random.mjs").Random} random */
function makeBytes(random) {
  if (random.between(0, 7) === 0) return random.pick([...OTHERS, randomBytes(random, 200)]);
  const frames = Array.from({ length: random.between(0, 6) }, () => {
    const bytes = random.pick(HTTP2);
    return random.between(0, 2) === 0 ? mutateBytes(random, bytes, HTTP2) : bytes;
  });
  return Buffer.concat([PREFACE, ...frames]);
}

/** Whether the connection is still open some time after. @param {string} address @param {Buffer} bytes */
async function converse(address, bytes) {
  const socket = connect(address);
  let isOpen = true;
  socket.on("error", () => {});
  socket.on("close", () => {
    isOpen = false;
  });
  socket.resume();
  socket.write(bytes);
  await sleep(OPEN_MS);
  socket.destroy();
  return isOpen;
}

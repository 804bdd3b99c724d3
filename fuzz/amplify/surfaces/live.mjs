import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mutateBytes } from "../../mutate/mutate-bytes.mjs";
import { mutateFields } from "../../mutate/mutate-fields.mjs";
import { toMessage } from "../../targets/frames.mjs";
import { GrpcClient } from "../../targets/live/grpc-client.mjs";
import { REQUESTS } from "../../targets/live/rpc.mjs";
import { Subject } from "../../targets/live/subject.mjs";
import { grow } from "../grow.mjs";
import { growFields } from "./frames.mjs";

const HOSTILE = fileURLToPath(new URL("../../modules/hostile.mjs", import.meta.url));
const PAGE_BYTES = 4_096;
const STDOUT = 1;
const OUTPUT = ["one\ntwo\r\n", "x".repeat(500), "\n".repeat(300), "\r".repeat(300), "é€😀\n".repeat(20)];

/** @type {import("../climber.mjs").Surface} Requests to the socket of an isolate, whose memory is the system's to tell. */
export const rpc = {
  name: "rpc of a live isolate",
  share: 0.1,
  async open() {
    const subject = await Subject.open();
    const { address, token } = subject.live;
    let client = new GrpcClient({ address, token });
    const bodies = REQUESTS.map(({ body }) => body);
    return {
      seeds: REQUESTS.map(({ path, body }) => join(path, body)),
      mutate(random, bytes) {
        const { path, body } = split(bytes);
        return join(path, random.pick([mutateBytes, mutateFields])(random, body, bodies));
      },
      grow(random, bytes, length) {
        const { path, body } = split(bytes);
        return join(path, growFields(random, body, length));
      },
      async feed(bytes) {
        if (!client.isOpen) client = new GrpcClient({ address, token });
        const { path, body } = split(bytes);
        const [received, memory] = [client.received, residentBytes(subject.isolator.pid)];
        await client.ask(path, toMessage(body));
        const grown = Math.max(0, residentBytes(subject.isolator.pid) - memory);
        return { made: client.received - received, memory: grown };
      },
      async close() {
        client.close();
        await subject.close();
      },
    };
  },
};

/** @type {import("../climber.mjs").Surface} What an isolate prints, by the processor time of its host. */
export const liveOutput = {
  name: "output of a live isolate",
  share: 0.05,
  async open() {
    const subject = await Subject.open();
    // Lines come later than the call returns, so that they cannot be counted for their input.
    subject.isolator.events.on("stdout", () => {});
    return {
      seeds: OUTPUT.map((text) => Buffer.from(text)),
      mutate: mutateBytes,
      grow,
      async feed(bytes) {
        const before = process.cpuUsage();
        await subject.isolator.invoke(HOSTILE, "write", [STDOUT, bytes]);
        const { user, system } = process.cpuUsage(before);
        return { ms: (user + system) / 1_000 };
      },
      close: () => subject.close(),
    };
  },
};

/** @param {number | undefined} pid */
function residentBytes(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
  } catch {
    // Not on this system.
    return 0;
  }
}

/** An input is the path of the method, and behind its end the body. @param {string} path @param {Buffer} body */
function join(path, body) {
  return Buffer.concat([Buffer.from(`${path}\n`), body]);
}

/** @param {Buffer} bytes */
function split(bytes) {
  const end = bytes.indexOf("\n");
  return { path: bytes.toString("latin1", 0, Math.max(0, end)), body: bytes.subarray(end + 1) };
}

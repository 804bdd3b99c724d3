import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { IsolationError } from "../../src/errors/index.js";
import {
  asLaneSocket,
  createDescriptorLane,
  type Lane,
  MessageReader,
  PREFIX_LENGTH,
} from "../../src/session/index.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { numbered, prefixed } from "./lane-messages.js";
import { useSocketPair } from "./use-session-pair.js";

const READ_ONCE = fileURLToPath(new URL("fixtures/read-once.mjs", import.meta.url));
const KIB = 1024;

interface Heard {
  readonly frames: Buffer[];
  readonly closes: (IsolationError | undefined)[];
  drains: number;
}

/** A lane that notes what it tells, and the bare socket at its other end. */
async function useLane(): Promise<{ lane: Lane; heard: Heard; peer: Socket }> {
  const [near, peer] = await useSocketPair();
  const lane = createDescriptorLane(ofProcess(near));
  return { lane, heard: listenTo(lane), peer };
}

/** The socket as that of a process is. */
function ofProcess(socket: Socket): Duplex {
  const own = asLaneSocket(socket);
  expect(own).not.toBe(socket);
  own.on("error", () => {});
  onTestFinished(() => void own.destroy());
  return own;
}

function listenTo(lane: Lane): Heard {
  const heard: Heard = { frames: [], closes: [], drains: 0 };
  lane.listen({
    // The lane does not keep the buffer, and may not own what is around it.
    onFrame: (frame) => heard.frames.push(Buffer.from(frame)),
    onDrain: () => {
      heard.drains += 1;
    },
    onClose: (error) => heard.closes.push(error),
  });
  return heard;
}

/** The numbers of the messages that arrived whole. */
function readNumbers(peer: Duplex): number[] {
  const numbers: number[] = [];
  const reader = new MessageReader((message) => numbers.push(message.readUInt32LE(0)));
  peer.on("data", (chunk: Buffer) => reader.write(chunk));
  return numbers;
}

async function untilClosed(peer: Socket): Promise<void> {
  peer.resume();
  await until(() => peer.closed);
}

describe("what the peer sends", () => {
  test.each([
    ["of a process", ofProcess],
    ["that is any stream", (socket: Socket): Duplex => socket],
  ])("on a socket %s arrives however it is cut, also what came before somebody listens", async (_, from) => {
    const [near, peer] = await useSocketPair();
    const lane = createDescriptorLane(from(near));
    const bodies = Array.from({ length: 40 }, (_, index) => Buffer.alloc(index * 37, index));
    const stream = Buffer.concat(bodies.map((body) => prefixed(body)));
    peer.write(stream.subarray(0, 1_001));
    await new Promise((resolve) => setImmediate(resolve));
    const heard = listenTo(lane);
    for (let at = 1_001; at < stream.length; at += 1_003) {
      peer.write(stream.subarray(at, at + 1_003));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => heard.frames.length === bodies.length);
    expect(heard.frames.map((frame) => frame.toString("hex"))).toEqual(bodies.map((body) => body.toString("hex")));
  });

  test("is told up to the last whole message when the peer ends inside one", async () => {
    const { heard, peer } = await useLane();
    const half = prefixed(Buffer.alloc(1_000, 2)).subarray(0, 500);
    peer.end(Buffer.concat([prefixed(Buffer.from("whole")), half]));
    await until(() => heard.closes.length > 0);
    expect(heard.frames.map(String)).toEqual(["whole"]);
    expect(heard.closes).toEqual([undefined]);
  });

  test.each([1, PREFIX_LENGTH - 1, PREFIX_LENGTH])("is nothing when only %i bytes of it come", async (length) => {
    const { heard, peer } = await useLane();
    peer.end(prefixed(Buffer.from("never whole")).subarray(0, length));
    await until(() => heard.closes.length > 0);
    expect(heard.frames).toEqual([]);
    expect(heard.closes).toEqual([undefined]);
  });

  test("is told up to what is no message; the end is PROTOCOL, and nothing follows", async () => {
    const { heard, peer } = await useLane();
    peer.write(
      Buffer.concat([prefixed(Buffer.from("good")), prefixed(Buffer.from("bad"), 1), prefixed(Buffer.from("later"))]),
    );
    peer.write(prefixed(Buffer.from("later still")));
    await until(() => heard.closes.length > 0);
    expect(heard.frames.map(String)).toEqual(["good"]);
    expect(heard.closes).toMatchObject([{ code: "PROTOCOL" }]);
    await untilClosed(peer);
    expect(heard.closes.length).toBe(1);
  });
});

describe("a peer that does not read", () => {
  test("is told by send(), and its reading by onDrain; everything arrives in order", async () => {
    const { lane, heard, peer } = await useLane();
    const failed: number[] = [];
    let sent = 0;
    while (lane.send(numbered(sent, 64 * KIB), (isLost) => isLost && failed.push(sent)) && sent < 1_000) sent += 1;
    sent += 1;
    expect(sent).toBeLessThan(1_000);
    expect(heard.drains).toBe(0);
    const numbers = readNumbers(peer);
    await until(() => heard.drains > 0 && numbers.length === sent);
    expect(numbers).toEqual(Array.from({ length: sent }, (_, index) => index));
    expect(failed).toEqual([]);
    expect(lane.send(numbered(sent, 10), () => {})).toBe(true);
  });

  test("keeps flushed() waiting until it reads", async () => {
    const { lane, peer } = await useLane();
    for (let number = 0; number < 64; number += 1) lane.send(numbered(number, 64 * KIB), () => {});
    let flushed = false;
    const waiting = lane.flushed().then(() => {
      flushed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(flushed).toBe(false);
    const numbers = readNumbers(peer);
    await waiting;
    await until(() => numbers.length === 64);
  });
});

describe("flushed()", () => {
  test("resolves at once when nothing waits", async () => {
    const { lane } = await useLane();
    await lane.flushed();
    lane.send(numbered(1, 10), () => {});
    await lane.flushed();
  });

  test("resolves when what waits can never leave", async () => {
    const { lane, heard } = await useLane();
    for (let number = 0; number < 64; number += 1) lane.send(numbered(number, 64 * KIB), () => {});
    const waiting = lane.flushed();
    lane.close();
    await waiting;
    await until(() => heard.closes.length > 0);
    await lane.flushed();
  });
});

describe("an end with messages that have not left", () => {
  const COUNT = 64;

  /** Sends more than fits, with the numbers of those that failed. */
  function fill(lane: Lane): number[] {
    const failed: number[] = [];
    for (let number = 0; number < COUNT; number += 1) {
      lane.send(numbered(number, 64 * KIB), (isLost) => isLost && failed.push(number));
    }
    return failed;
  }

  test("by this side is told once, and which messages the peer will never see", async () => {
    const { lane, heard, peer } = await useLane();
    const failed = fill(lane);
    lane.close();
    await until(() => heard.closes.length > 0);
    const numbers = readNumbers(peer);
    await untilClosed(peer);
    lane.close();
    expect(heard.closes).toEqual([undefined]);
    expect(failed.length).toBeGreaterThan(0);
    const known = [...numbers, ...failed];
    expect(known).toEqual([...new Set(known)]);
    // Of the one that was half on its way nobody can know.
    expect(known.length).toBeGreaterThanOrEqual(COUNT - 1);
  });

  test("by the peer is told once, and no message that it has read counts as never seen", async () => {
    const { lane, heard, peer } = await useLane();
    const failed = fill(lane);
    const numbers = readNumbers(peer);
    peer.on("data", () => {
      if (numbers.length >= 3) peer.destroy();
    });
    await until(() => heard.closes.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard.closes.length).toBe(1);
    expect(numbers.length).toBeLessThan(COUNT);
    expect(failed.filter((number) => numbers.includes(number))).toEqual([]);
  });

  test("leaves a later send() without effect but for its failure", async () => {
    const { lane, heard } = await useLane();
    lane.close();
    await until(() => heard.closes.length > 0);
    let failures = 0;
    lane.send(numbered(1, 10), () => {
      failures += 1;
    });
    await until(() => failures > 0);
    expect(failures).toBe(1);
    expect(heard.closes.length).toBe(1);
  });
});

test.runIf(process.platform === "linux")(
  "a message that a process has read before it died does not fail with the next one of the same turn",
  async () => {
    const file = join(useDirectory(), "read");
    const child = spawn(process.execPath, [READ_ONCE, file], { stdio: ["ignore", "ignore", "inherit", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exit = once(child, "exit");
    const lane = createDescriptorLane(child.stdio[3] as Duplex);
    const heard = listenTo(lane);
    const failed: number[] = [];
    lane.send(numbered(1, 100), (isLost) => isLost && failed.push(1));
    // No turn of this process's event loop passes until the other process is gone.
    for (let waits = 0; waits < 2_000 && !(existsSync(file) && isOver(child.pid as number)); waits += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    lane.send(numbered(2, 100), (isLost) => isLost && failed.push(2));
    lane.send(numbered(3, 100), (isLost) => isLost && failed.push(3));
    await exit;
    await until(() => heard.closes.length > 0);
    expect(readFileSync(file, "utf8")).toBe(String(PREFIX_LENGTH + 100));
    expect(failed).toEqual([2, 3]);
  },
);

/**
 * Whether a child that nobody has waited for yet has ended, with all of its threads: its first one may be gone while
 * another still holds the descriptors.
 */
function isOver(pid: number): boolean {
  return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")) && readdirSync(`/proc/${pid}/task`).length === 1;
}

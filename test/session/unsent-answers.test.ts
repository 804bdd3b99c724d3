import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { SessionFrame } from "../../src/contract/index.js";
import { BUDGET, type Callee } from "../../src/session/index.js";
import { until } from "../helpers/until.js";
import { settle, useSessionEnd, useSessionPair } from "./use-session-pair.js";

const KIB = 1024;
const MIB = 1024 * KIB;

function message(frame: Partial<SessionFrame>): Buffer {
  const bytes = SessionFrame.encode(SessionFrame.fromPartial(frame)).finish();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** Whether the peer could write it all by some turns of the event loop from now. */
async function isWritten(write: (onWritten: () => void) => void): Promise<boolean> {
  let written = false;
  write(() => {
    written = true;
  });
  for (let turn = 0; turn < 200 && !written; turn += 1) await nextTurn();
  return written;
}

test("a peer that asks without reading the answers is not read on, and is once it reads", async () => {
  const answer = "x".repeat(30 * KIB);
  const { end, peer } = await useSessionEnd({ ask: () => answer }, { ...BUDGET, unsent: MIB });
  peer.pause();
  peer.write(message({ introductions: [{ handle: 1, module: "m", method: "ask", reference: 0 }] }));
  const calls = 2_000;
  const ids = Array.from({ length: calls }, (_, index) => index + 1);
  const asks = ids.map((id) => message({ callIds: [id], callHandles: [1], callArgs: `[["${"y".repeat(KIB)}"]]` }));
  expect(await isWritten((onWritten) => peer.write(Buffer.concat(asks), onWritten))).toBe(false);
  // What was answered by then, and what lies in the two sockets.
  expect(end.socket.writableLength).toBeLessThan(2 * MIB);
  const halted = end.socket.bytesRead;
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  expect(end.socket.bytesRead).toBe(halted);
  let received = 0;
  peer.on("data", (chunk: Buffer) => {
    received += chunk.length;
  });
  peer.resume();
  await until(() => received > calls * answer.length);
  expect(end.lost).toEqual([]);
});

test("what this side says by itself never holds back reading", async () => {
  const { end, peer } = await useSessionEnd({}, { ...BUDGET, unsent: 64 * KIB });
  peer.pause();
  for (let call = 0; call < 200; call += 1) void end.call("f", "x".repeat(50 * KIB)).catch(() => {});
  await until(() => end.socket.writableLength > MIB);
  const before = end.socket.bytesRead;
  peer.write(message({ voidIds: [1] }));
  await until(() => end.socket.bytesRead > before);
  expect(end.lost).toEqual([]);
});

test("two sides that ask each other for more than either reads at once both get all their answers", async () => {
  const text = "x".repeat(40 * KIB);
  const ask: Callee = (back) =>
    Promise.all(Array.from({ length: 150 }, () => (back as (text: string) => Promise<string>)(text)));
  const { caller, callee } = await useSessionPair({
    exports: { ask },
    budget: { ...BUDGET, unsent: 64 * KIB },
  });
  const answers = Array.from({ length: 4 }, () => caller.call("ask", async (asked: string) => asked + asked));
  for (const answer of await Promise.all(answers)) {
    expect(answer).toHaveLength(150);
    expect((answer as string[]).every((item) => item.length === 2 * text.length)).toBe(true);
  }
  await settle(caller, callee);
  expect([...caller.lost, ...callee.lost]).toEqual([]);
});

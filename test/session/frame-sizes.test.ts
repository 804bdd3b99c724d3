import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { SessionFrame } from "../../src/contract/index.js";
import { FRAME_BYTES, MessageReader } from "../../src/session/index.js";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useSessionEnd } from "./use-session-pair.js";

const KIB = 1024;

/** The lengths of the frames that leave for what is done, once that many calls were in them. */
async function framesOf(calls: number, act: (call: (...args: unknown[]) => void) => void): Promise<number[]> {
  const { end, peer } = await useSessionEnd({});
  const lengths: number[] = [];
  let seen = 0;
  const reader = new MessageReader((bytes) => {
    lengths.push(bytes.length);
    seen += SessionFrame.decode(bytes).callIds.length;
  });
  peer.on("data", (chunk) => reader.write(chunk));
  act((...args) => void end.call("f", ...args).catch(() => {}));
  await until(() => seen >= calls);
  await nextTurn();
  return lengths;
}

describe("frames stay far below the bound for", () => {
  test("many calls of one turn with long texts", async () => {
    const lengths = await framesOf(400, (call) => {
      for (let index = 0; index < 400; index += 1) call("x".repeat(60 * KIB));
    });
    expect(Math.max(...lengths)).toBeLessThan(512 * KIB);
  });

  test("texts that are six times as long in JSON", async () => {
    const lengths = await framesOf(100, (call) => {
      for (let index = 0; index < 100; index += 1) call("\u0001".repeat(60 * KIB));
    });
    expect(Math.max(...lengths)).toBeLessThan(FRAME_BYTES / 2);
  });

  test("calls whose arguments are payloads in the frame", async () => {
    const lengths = await framesOf(300, (call) => {
      for (let index = 0; index < 300; index += 1) call(new Map([["key", Buffer.alloc(20 * KIB)]]));
    });
    expect(Math.max(...lengths)).toBeLessThan(512 * KIB);
  });
});

test("a name that is too long for a frame fails its call alone", async () => {
  const { end } = await useSessionEnd({});
  const failure = await rejection(end.call("f".repeat(70_000)));
  expect(failure).toMatchObject({ code: "METHOD_NOT_FOUND" });
  expect(String(failure)).toContain("70007 characters; the bound is 65536");
  expect(end.lost).toEqual([]);
});

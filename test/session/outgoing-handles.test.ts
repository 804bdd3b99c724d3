import { expect, test } from "vitest";
import type { SessionFrame } from "../../src/contract/index.js";
import { BUDGET } from "../../src/session/budget.js";
import { decodeFrame } from "../../src/session/frame-decoder.js";
import { FrameSender } from "../../src/session/frame-sender.js";
import { type CallTarget, createDescriptorLane } from "../../src/session/index.js";
import { Outbox } from "../../src/session/outbox.js";
import { MAX_HANDLES, OutgoingHandles } from "../../src/session/outgoing-handles.js";
import { UnsentAnswers } from "../../src/session/unsent-answers.js";
import { Wakefulness } from "../../src/session/wakefulness.js";
import { useSocketPair } from "./use-session-pair.js";

/** Handles of a side, and what the other side hears of them. */
async function useHandles() {
  const [near, far] = await useSocketPair();
  const lane = createDescriptorLane(near);
  const outbox = new Outbox(new FrameSender(lane, new Wakefulness(), new UnsentAnswers(lane, BUDGET.unsent)));
  const frames: SessionFrame[] = [];
  createDescriptorLane(far).listen({
    onFrame: (bytes) => frames.push(decodeFrame(bytes, Number.POSITIVE_INFINITY)),
    onDrain: () => {},
    onClose: () => {},
  });
  const heard = async (): Promise<{ introduced: number[]; released: number[] }> => {
    outbox.ping(1);
    await expect.poll(() => frames.some(({ ping }) => ping === 1), { interval: 5 }).toBe(true);
    const introduced = frames.flatMap(({ introductions }) => introductions.map(({ handle }) => handle));
    const released = frames.flatMap(({ handleReleases }) => handleReleases);
    frames.length = 0;
    return { introduced, released };
  };
  return { handles: new OutgoingHandles(outbox), heard };
}

const target = (method: string | number): CallTarget => ({ kind: "module", module: "m", method: `${method}` });

test("a target keeps its handle, and gets another one after it was given back", async () => {
  const { handles, heard } = await useHandles();
  const add = target("add");
  const first = handles.of(add);
  expect(handles.of(add)).toBe(first);
  handles.release(add);
  handles.release(add);
  const second = handles.of(add);
  expect(await heard()).toEqual({ introduced: [first, second], released: [first] });
  handles.forget(add);
  expect(handles.size).toBe(0);
  expect(await heard()).toEqual({ introduced: [], released: [] });
});

test("when there are too many, an eighth goes: the oldest that nobody has called again", async () => {
  const { handles, heard } = await useHandles();
  const targets = Array.from({ length: MAX_HANDLES }, (_, index) => target(index));
  const numbers = targets.map((each) => handles.of(each));
  const busy = targets[3] as CallTarget;
  handles.of(busy);
  expect((await heard()).released).toEqual([]);
  const late = handles.of(target("late"));
  const { introduced, released } = await heard();
  expect(introduced).toEqual([late]);
  expect(released.length).toBe(MAX_HANDLES / 8);
  expect(released.slice(0, 4)).toEqual([numbers[0], numbers[1], numbers[2], numbers[4]]);
  expect(handles.of(busy)).toBe(numbers[3]);
  expect(handles.size).toBe((MAX_HANDLES * 7) / 8 + 1);
});

test("a name that is too long for a frame is refused, and nothing is said of it", async () => {
  const { handles, heard } = await useHandles();
  expect(() => handles.of(target("x".repeat(65_536)))).toThrow(/a name has 65537 characters; the bound is 65536/);
  expect(await heard()).toEqual({ introduced: [], released: [] });
});

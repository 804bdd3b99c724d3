import { expect, test } from "vitest";
import { Milestone } from "../../src/supervision/index.js";

test("whoever waits hears of it, once, also when it has happened before", async () => {
  const milestone = new Milestone<number>();
  const heard: number[] = [];
  milestone.onReached((value) => heard.push(value));
  const waiting = milestone.wait();
  milestone.reach(1);
  milestone.reach(2);
  milestone.onReached((value) => heard.push(value));
  expect(heard).toEqual([1, 1]);
  expect(await waiting).toBe(1);
  expect(await milestone.wait()).toBe(1);
});

test("whoever has stopped waiting hears nothing", () => {
  const milestone = new Milestone<number>();
  const heard: number[] = [];
  milestone.onReached((value) => heard.push(value))();
  milestone.reach(1);
  expect(heard).toEqual([]);
});

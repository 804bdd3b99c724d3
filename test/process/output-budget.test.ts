import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { OutputBudget } from "../../src/process/output-budget.js";

const SECOND_MS = 1_000;

/** The bound holds for each second of the clock: all of a test belongs into one. */
beforeEach(() => sleep(SECOND_MS - (performance.now() % SECOND_MS) + 5));

test("so many bytes are kept in a second, and what is beyond is left out", () => {
  const budget = new OutputBudget(100, () => {});
  expect(budget.take(Buffer.alloc(60)).length).toBe(60);
  expect(budget.take(Buffer.alloc(60)).length).toBe(40);
  expect(budget.take(Buffer.alloc(60)).length).toBe(0);
});

test("what is kept is the beginning", () => {
  expect(String(new OutputBudget(3, () => {}).take(Buffer.from("abcdef")))).toBe("abc");
});

test("it is told once in a second, with what had come by then", () => {
  const told: number[] = [];
  const budget = new OutputBudget(100, (bytes) => told.push(bytes));
  budget.take(Buffer.alloc(100));
  expect(told).toEqual([]);
  budget.take(Buffer.alloc(1));
  budget.take(Buffer.alloc(500));
  expect(told).toEqual([101]);
});

test("the next second has the whole bound again", async () => {
  const told: number[] = [];
  const budget = new OutputBudget(100, (bytes) => told.push(bytes));
  budget.take(Buffer.alloc(150));
  await sleep(SECOND_MS);
  expect(budget.take(Buffer.alloc(150)).length).toBe(100);
  expect(told).toEqual([150, 150]);
});

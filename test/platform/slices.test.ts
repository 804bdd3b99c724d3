import { expect, test } from "vitest";
import { atOnce, inSlices, type Steps } from "../../src/platform/slices.js";

/** Takes a millisecond of the processor for each step. */
function* work(steps: number, log: string[] = [], name = ""): Steps<number> {
  for (let step = 0; step < steps; step += 1) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    log.push(name);
    yield;
  }
  return steps;
}

test("the event loop turns while much is done in slices", async () => {
  const log: string[] = [];
  const done = inSlices(work(50, log, "step"));
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (log.length < 50) setImmediate(count);
  };
  count();
  expect(await done).toBe(50);
  expect(turns).toBeGreaterThan(10);
});

test("several works share a slice and go on side by side", async () => {
  const log: string[] = [];
  await Promise.all(["a", "b"].map((name) => inSlices(work(6, log, name))));
  expect(log.join("")).toBe("ab".repeat(6));
});

test("an error of one is its own", async () => {
  const failing = inSlices(
    (function* () {
      yield;
      throw new Error("on purpose");
    })(),
  );
  const [failed, fine] = await Promise.allSettled([failing, inSlices(work(2))]);
  expect(failed).toMatchObject({ status: "rejected", reason: { message: "on purpose" } });
  expect(fine).toEqual({ status: "fulfilled", value: 2 });
});

test("what keeps nobody alive is done all the same while somebody is", async () => {
  const keepsAlive = setInterval(() => {}, 1_000);
  expect(await inSlices(work(5), false)).toBe(5);
  clearInterval(keepsAlive);
});

test("what is done at once ends where it may not go on", () => {
  const log: string[] = [];
  let left = 2;
  expect(atOnce(work(5, log), () => --left > 0)).toBeUndefined();
  expect(log).toHaveLength(2);
  expect(atOnce(work(3))).toBe(3);
});

test("work that is cut short gives back what it holds open", () => {
  let isOpen = false;
  const held = (function* (): Steps<string> {
    isOpen = true;
    try {
      for (;;) yield;
    } finally {
      isOpen = false;
    }
  })();
  expect(atOnce(held, () => false)).toBeUndefined();
  expect(isOpen).toBe(false);
});

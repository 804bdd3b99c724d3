import { expect, test } from "vitest";
import { CallTargets } from "../../src/isolator/call-targets.js";

test("an export has one target, by name or URL", () => {
  const targets = new CallTargets();
  const add = targets.of("file:///m.mjs", "add");
  expect(targets.of("file:///m.mjs", "add")).toBe(add);
  expect(targets.of(new URL("file:///m.mjs"), "add")).toBe(add);
  expect(targets.of("file:///m.mjs", "sub")).not.toBe(add);
  expect(targets.modules()).toEqual(["file:///m.mjs"]);
  expect(targets.size).toBe(2);
});

test("no more than 10,000 targets and 1,000 modules are remembered, however many are called", () => {
  const targets = new CallTargets();
  for (let index = 0; index < 25_000; index += 1) {
    expect(targets.of(`m${index % 3_000}`, `export${index}`)).toMatchObject({ method: `export${index}` });
    expect(targets.size).toBeLessThanOrEqual(10_000);
  }
  expect(targets.modules().length).toBe(1_000);
  expect(targets.modules().slice(0, 2)).toEqual(["m0", "m1"]);
});

test("what can be no export is refused, and not remembered", () => {
  const targets = new CallTargets();
  expect(() => targets.of("m", 1 as unknown as string)).toThrow(/method must be a string/);
  expect(() => targets.of("", "add")).toThrow();
  expect([targets.size, targets.modules()]).toEqual([0, []]);
});

import { expect, test } from "vitest";
import { IsolationError } from "../../src/errors/index.js";
import { startInOrder, type Unit } from "../../src/kernel/life/index.js";

test("nothing more is started once the kernel ends, whatever one that it can do without comes to", async () => {
  let isOver = false;
  const started: string[] = [];
  const unit = (name: string, dependencies: readonly string[], start: () => Promise<void>): Unit =>
    ({ name, definition: { dependencies, essential: false }, start }) as never;
  const extra = unit("extra", [], () => {
    isOver = true;
    return Promise.reject(new IsolationError("CANCELLED", "the kernel ends"));
  });
  const user = unit("user", ["extra"], async () => void started.push("user"));
  const units = new Map([extra, user].map((one) => [one.name, one]));
  await startInOrder(
    units,
    () => isOver,
    () => {},
  );
  expect(started).toEqual([]);
});

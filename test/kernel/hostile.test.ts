import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

type Hostile = typeof import("../fixtures/kernel/hostile.mjs");
type Store = typeof import("../fixtures/kernel/store.mjs");

const useHostile = async () => {
  const kernel = await useKernel({
    isolates: {
      store: { module: kernelFixture("store.mjs") },
      hostile: { module: kernelFixture("hostile.mjs"), uses: { store: ["add", "bytes", "untilCancelled"] } },
    },
  });
  return { kernel, hostile: kernel.isolate<Hostile>("hostile").api, store: kernel.isolate<Store>("store").api };
};

test("an isolate that floods another through the kernel leaves room for the others", async () => {
  const { hostile, store } = await useHostile();
  await hostile.askForEver(3_000);
  for (let index = 0; index < 100; index += 1) expect(await store.add(index, 1)).toBe(index + 1);
});

test("what a flood holds is its own, and ends it", async () => {
  const { kernel, hostile, store } = await useHostile();
  const exited = nextOf(kernel, "hostile", "exited");
  const flood = isolationError(hostile.floodWithCalls());
  expect((await exited).outcome.reason).toBe("protocol");
  expect((await flood).code).toBe("CRASHED");
  // What it had asked for is cancelled, and the other works on.
  expect(await store.add(1, 2)).toBe(3);
  expect(kernel.list()[0]).toMatchObject({ name: "store", generation: 1 });
});

test.each([
  "store\u0000",
  " store",
  "Store",
  "store/",
  "store.add",
  "constructor",
  "__proto__",
  "hostile",
  "kernel:front-door",
  "pihost:",
])("the forged target %j is no way round the grants", async (target) => {
  const { hostile } = await useHostile();
  expect(await hostile.forgedTarget(target)).toBe("NOT_GRANTED");
});

test("what was lent in another session cannot be called by guessing its number", async () => {
  const { hostile, store } = await useHostile();
  const cursor = await store.cursor();
  await hostile.guessReferences(100).catch(() => {});
  expect(await cursor.next()).toBe(1);
  expect(await store.add(1, 2)).toBe(3);
});

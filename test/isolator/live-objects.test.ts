import { expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { useIsolator } from "../helpers/use-isolator.js";

test("a live object that can be iterated is a live object, also for a module that asks for its call", async () => {
  const isolator = await useIsolator();
  const module = fixture("live-iterable.mjs");
  expect(await isolator.invoke(module, "attempt")).toBe(1);
  const feed = await isolator.invoke<{ stop(): Promise<string> }>(module, "feed");
  expect(await feed.stop()).toBe("stopped");
});

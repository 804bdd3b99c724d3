import { join } from "node:path";
import { expect, test } from "vitest";
import { allocatorEnvironment, forgetAllocatorEnvironment } from "../../src/platform/index.js";
import { useIsolator } from "../helpers/use-isolator.js";

const MODULE = join(import.meta.dirname, "fixtures/environment.mjs");

test("the allocator's setting reaches the process, and neither its modules nor what they start", async () => {
  const isolator = await useIsolator();
  expect(await isolator.invoke(MODULE, "own", ["GLIBC_TUNABLES"])).toBeUndefined();
  expect(await isolator.invoke(MODULE, "inherited", ["GLIBC_TUNABLES"])).toBe("");
});

test("the user's own setting goes before, and stays", async () => {
  const setting = "glibc.malloc.arena_max=3";
  const isolator = await useIsolator({ env: { GLIBC_TUNABLES: setting } });
  expect(await isolator.invoke(MODULE, "own", ["GLIBC_TUNABLES"])).toBe(setting);
});

test.runIf(process.platform === "linux")("only our own setting is forgotten", () => {
  const ours: NodeJS.ProcessEnv = { ...allocatorEnvironment, PATH: "/bin" };
  forgetAllocatorEnvironment(ours);
  expect(ours).toEqual({ PATH: "/bin" });
  const theirs: NodeJS.ProcessEnv = { GLIBC_TUNABLES: "glibc.malloc.check=3" };
  forgetAllocatorEnvironment(theirs);
  expect(theirs).toEqual({ GLIBC_TUNABLES: "glibc.malloc.check=3" });
});

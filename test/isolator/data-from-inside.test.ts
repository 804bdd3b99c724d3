import { expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolate } from "../helpers/use-isolate.js";

type Plugin = typeof import("../fixtures/isolator/plugin.mjs");

const usePlugin = (options = {}) => useIsolate<Plugin>(fixture("plugin.mjs"), options);

test("what a module stores is read by the host, and is there after a crash and a replacement", async () => {
  const { api, isolator } = await usePlugin();
  await api.store("cursor", { at: 7n, seen: new Set(["a"]) });
  const stored = { at: 7n, seen: new Set(["a"]) };
  expect(await isolator.getData("cursor")).toEqual(stored);
  await api.crash().catch(() => {});
  expect(await api.read("cursor")).toEqual(stored);
  await isolator.recycle();
  expect(await api.read("cursor")).toEqual(stored);
  await api.store("cursor", undefined);
  expect(await isolator.getData("cursor")).toBeUndefined();
  await isolator.recycle();
  expect(await api.read("cursor")).toBeUndefined();
});

test("what the host stores is read by the module", async () => {
  const { api, isolator } = await usePlugin({ standby: 1 });
  await isolator.setData("mode", ["fast"]);
  expect(await api.read("mode")).toEqual(["fast"]);
  await isolator.setData("mode", undefined);
  await isolator.recycle();
  expect(await api.read("mode")).toBeUndefined();
});

test("both agree on which value was the last", async () => {
  const { api, isolator } = await usePlugin();
  for (let round = 0; round < 50; round += 1) {
    await Promise.all([
      api.store("race", `inside ${round}`),
      isolator.setData("race", `host ${round}`),
      api.store("race", `inside again ${round}`),
    ]);
  }
  const inside = await api.read("race");
  await isolator.recycle();
  expect(await api.read("race")).toBe(inside);
});

test("of a large value and a small one, the later is the last, whichever is there first", async () => {
  const { api, isolator } = await usePlugin();
  const large = Buffer.alloc(8 * 1024 * 1024);
  await Promise.all([api.store("x", large), api.store("x", "small")]);
  expect([await api.read("x"), await isolator.getData("x")]).toEqual(["small", "small"]);
  await Promise.all([isolator.setData("y", large), isolator.setData("y", "small")]);
  expect([await api.read("y"), await isolator.getData("y")]).toEqual(["small", "small"]);
});

test("what cannot cross, or is too much, is refused, and what was stored before stays", async () => {
  const { api, isolator } = await usePlugin();
  await api.store("kept", "before");
  await isolationError(api.store("kept", Buffer.alloc(17 * 1024 * 1024))).then(({ code, message }) => {
    expect(code).toBe("INVALID_OPTION");
    expect(message).toContain("16777216 bytes");
  });
  expect(await api.read("kept")).toBe("before");
  expect(await isolator.getData("kept")).toBe("before");
  expect((await isolationError(api.store("", 1))).code).toBe("INVALID_OPTION");
  await api.store("many", Buffer.alloc(9 * 1024 * 1024));
  expect((await isolationError(api.store("more", Buffer.alloc(9 * 1024 * 1024)))).code).toBe("INVALID_OPTION");
  await api.store("many", undefined);
  await api.store("more", Buffer.alloc(9 * 1024 * 1024));
});

test("a module that runs outside of an isolate keeps data of its own", async () => {
  const { getData, setData } = await import("process-isolation/pihost");
  const value = { list: [1] };
  await setData("own", value);
  value.list.push(2);
  expect(getData("own")).toEqual({ list: [1] });
});

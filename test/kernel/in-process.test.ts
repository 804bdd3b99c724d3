import { Kernel } from "process-isolation/kernel";
import { expect, onTestFinished, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { kernelFixture } from "./use-kernel.js";

type Caller = typeof import("../fixtures/kernel/caller.mjs");
type Store = typeof import("../fixtures/kernel/store.mjs");

/** A kernel whose isolates run in this process, or some of them. */
async function useKernelHere(store: object, caller: object): Promise<Kernel> {
  const kernel = await Kernel.start({
    isolates: {
      store: { module: kernelFixture("store.mjs"), ...store },
      caller: { module: kernelFixture("caller.mjs"), uses: { store: "*" }, ...caller },
    },
  });
  onTestFinished(async () => void (await kernel.shutdown()));
  return kernel;
}

test.each([
  ["both in the kernel's process", { inProcess: true }, { inProcess: true }],
  ["the one that is called", { inProcess: true }, {}],
  ["the one that calls", {}, { inProcess: true }],
])("isolates call each other, streams and callbacks included: %s", async (_, store, caller) => {
  const kernel = await useKernelHere(store, caller);
  const { api } = kernel.isolate<Caller>("caller");
  expect(await api.call("store", "add", [1, 2])).toBe(3);
  expect(await api.call("store", "hasStarted")).toBe(true);
  expect(await api.sumOfRows(100)).toBe(4_950);
  expect(await api.doubled(3)).toEqual([0, 2, 4]);
  expect((await isolationError(api.call("other", "x"))).code).toBe("NOT_GRANTED");
  const pids = [await api.pid(), await kernel.isolate<Store>("store").api.pid()];
  expect(pids.map((pid) => pid === process.pid)).toEqual(["inProcess" in caller, "inProcess" in store]);
});

test("an isolate with what only a process can keep is refused by name", async () => {
  const refused = Kernel.start({
    isolates: { store: { module: kernelFixture("store.mjs"), inProcess: true, limits: { memory: "64MiB" } } },
  });
  const error = await isolationError(refused);
  expect(error.message).toContain("limits takes a process of the isolate's own");
});

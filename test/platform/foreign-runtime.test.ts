import { describe, expect, test } from "vitest";
import { foreignProcess, foreignRuntime } from "../../src/platform/foreign-runtime.js";

const signs = (versions: Record<string, string>, { sea = false, env = {} } = {}) => ({
  versions: { node: "22.1.0", ...versions },
  env,
  isSingleExecutable: () => sea,
});

test("plain Node.js, as this is, is no foreign runtime", () => {
  expect(foreignRuntime()).toBeUndefined();
  expect(foreignRuntime(signs({}))).toBeUndefined();
});

describe("foreign is", () => {
  test.each([
    [{ bun: "1.3.0" }, false, "Bun 1.3.0"],
    [{ deno: "2.5.0" }, false, "Deno 2.5.0"],
    [{ electron: "38.1.0" }, false, "Electron 38.1.0"],
    [{ nw: "0.100.0" }, false, "NW.js 0.100.0"],
    [{}, true, "a single executable application"],
  ])("%j, single executable: %s", (versions, sea, description) => {
    expect(foreignRuntime(signs(versions, { sea }))?.description).toBe(description);
  });
});

test("an Electron that was told to be a Node.js is one, and still starts the application unless it is told again", () => {
  const told = signs({ electron: "38.1.0" }, { env: { ELECTRON_RUN_AS_NODE: "1" } });
  expect(foreignProcess(told)).toBeUndefined();
  expect(foreignRuntime(told)).toMatchObject({ nodeSwitch: "ELECTRON_RUN_AS_NODE" });
  expect(foreignProcess(signs({ electron: "38.1.0" }))).toBeDefined();
  expect(foreignProcess(signs({ bun: "1.3.0" }, { env: { ELECTRON_RUN_AS_NODE: "1" } }))).toBeDefined();
});

import { linkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { IsolationError } from "process-isolation";
import { expect, test } from "vitest";
import { findBubblewrap } from "../../src/sandbox/bubblewrap-program.linux.js";
import { probeBubblewrap } from "../../src/sandbox/sandbox-capability.js";
import { resolveSandbox } from "../../src/sandbox/sandbox-options.js";
import { useDirectory, useExecutable } from "../helpers/use-directory.js";
import { noBubblewrap } from "./bubblewrap.js";

const program = () => ({ program: "/usr/bin/bwrap", forbidsNesting: true, boundsSize: true });

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (IsolationError.is(error, "INVALID_OPTION")) return error.message;
    throw error;
  }
  return "nothing was refused";
}

test("the name alone shows the folder `from`, and no network", () => {
  const folder = useDirectory();
  const { boundsSize: _, ...found } = program();
  const expected = { kind: "bubblewrap", read: [folder], write: [], network: false, tmpSize: 2 ** 28, ...found };
  expect(resolveSandbox("bubblewrap", folder, program)).toEqual(expected);
  expect(resolveSandbox({}, pathToFileURL(`${folder}/`).href, program)).toEqual(expected);
});

test("paths are resolved in `from`", () => {
  const folder = useDirectory();
  mkdirSync(join(folder, "out"));
  expect(resolveSandbox({ read: [], write: ["out"], network: true }, folder, program)).toMatchObject({
    read: [],
    write: [join(folder, "out")],
    network: true,
  });
});

test.each([
  ["firejail", "sandbox must be \"bubblewrap\" or an object; received 'firejail'"],
  [true, 'sandbox must be "bubblewrap" or an object'],
  [{ kind: "docker" }, 'sandbox.kind must be "bubblewrap"'],
  [{ read: ["/no/such/path"] }, "sandbox.read must be paths that exist; received '/no/such/path'"],
  [{ read: ["/proc"] }, "sandbox.read must be paths outside of /proc"],
  [{ write: "/tmp" }, "sandbox.write must be an array of paths"],
  [{ network: "no" }, "sandbox.network must be true or false"],
  [{ tmpSize: "1kB" }, 'sandbox.tmpSize must be a number of bytes, or a size with its unit such as "256MB"'],
  [{ seccomp: true }, 'sandbox has no "seccomp"'],
])("%j is refused", (value, message) => {
  expect(refusal(() => resolveSandbox(value, "/", program))).toContain(message);
});

test("the doctor says whether a sandbox works here, and why not", () => {
  expect(probeBubblewrap(useDirectory())).toMatchObject({
    name: "sandbox",
    status: "missing",
    found: expect.stringContaining("which is not on the PATH"),
  });
  if (noBubblewrap === undefined) expect(probeBubblewrap()).toMatchObject({ found: expect.stringContaining("bwrap") });
});

test("a bwrap that cannot bound a folder in memory gets no bound, and is refused where one was asked for", () => {
  const old = () => ({ ...program(), boundsSize: false });
  expect(resolveSandbox({ read: [] }, "/", old).tmpSize).toBeUndefined();
  expect(refusal(() => resolveSandbox({ tmpSize: "64MB" }, "/", old))).toContain(
    "sandbox.tmpSize needs bubblewrap 0.7 or newer; /usr/bin/bwrap is older",
  );
});

test("a missing bwrap is named with what to install", () => {
  expect(refusal(() => findBubblewrap(useDirectory()))).toMatch(/needs bwrap.*apt-get install bubblewrap/);
});

test("a bwrap that does not work here is refused with what it said", () => {
  const path = useExecutable('console.error("bwrap: setting up uid map: Permission denied"); process.exit(1);');
  const folder = join(path, "..");
  mkdirSync(join(folder, "bin"));
  const wrapper = join(folder, "bin/bwrap");
  linkSync(path, wrapper);
  expect(refusal(() => findBubblewrap(join(folder, "bin")))).toMatch(
    /does not work here: .*bwrap said: bwrap: setting up uid map: Permission denied$/,
  );
});

import { chmodSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { holdFolder, makeEnterable } from "../../src/platform/hold-folder.js";
import { useDirectory } from "./support.js";

const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

/** A folder without permissions, with one file, and a link to it. */
function useLocked() {
  const parent = useDirectory();
  const [folder, link] = [join(parent, "folder"), join(parent, "link")];
  mkdirSync(folder);
  writeFileSync(join(folder, "file"), "");
  symlinkSync(folder, link);
  chmodSync(folder, 0);
  return { parent, folder, link };
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe.runIf(process.platform === "linux")("a folder that is held", () => {
  test("is that very folder, whatever takes its place, until it is released", () => {
    const { parent, folder } = useLocked();
    const before = openDescriptors();
    const held = holdFolder(folder);
    expect(modeOf(folder)).toBe(0o700);
    renameSync(folder, join(parent, "moved"));
    mkdirSync(folder);
    expect(readdirSync(held?.path ?? "")).toEqual(["file"]);
    held?.release();
    expect(openDescriptors()).toBe(before);
  });

  test.each(["link", "none", "file"])("is none where there is no folder, but a %s", (name) => {
    const { parent, folder } = useLocked();
    writeFileSync(join(parent, "file"), "");
    const before = openDescriptors();
    expect(holdFolder(join(parent, name))).toBeUndefined();
    expect(openDescriptors()).toBe(before);
    expect(modeOf(folder)).toBe(0);
  });
});

describe.runIf(process.platform === "linux")("a folder without permissions", () => {
  test("may be entered afterwards, and nothing stays open", () => {
    const { folder } = useLocked();
    const before = openDescriptors();
    makeEnterable(folder);
    expect(modeOf(folder)).toBe(0o700);
    expect(openDescriptors()).toBe(before);
  });

  test("is left alone where a link leads to it", () => {
    const { folder, link } = useLocked();
    expect(() => makeEnterable(link)).toThrow();
    expect(modeOf(folder)).toBe(0);
  });
});

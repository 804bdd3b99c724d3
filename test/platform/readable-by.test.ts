import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { mayRead, modeOf, obstacleFor } from "../../src/platform/readable-by.js";
import { useDirectory } from "./support.js";

const isRoot = process.getuid?.() === 0;
/** Who may enter the folders that lie above those of the test. */
const USER = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const OTHER = 4_001;

/** A file with this mode, in a folder with this one. */
function useFile(folderMode: number, fileMode: number, uid = USER.uid, gid = USER.gid) {
  const folder = join(useDirectory(), "folder");
  const file = join(folder, "file");
  mkdirSync(folder);
  writeFileSync(file, "");
  if (isRoot) chownSync(file, uid, gid);
  chmodSync(file, fileMode);
  chmodSync(folder, folderMode);
  onTestFinished(() => chmodSync(folder, 0o700));
  return { folder, file };
}

describe.skipIf(process.platform === "win32")("another user", () => {
  test("may read what his modes let him", () => {
    const { file } = useFile(0o100, 0o400);
    expect(obstacleFor(USER, file)).toBeUndefined();
    expect(mayRead(USER, statSync(file))).toBe(true);
  });

  test("is kept out by the outermost folder that does not let him in, whatever the modes below it", () => {
    const { folder, file } = useFile(0o677, 0o666);
    expect(obstacleFor(USER, file)).toBe(`${folder} has mode 0677`);
    expect(obstacleFor(USER, join(folder, "deeper", "none"))).toBe(`${folder} has mode 0677`);
    const stranger = { uid: OTHER, gid: OTHER };
    chmodSync(join(folder, ".."), 0o700);
    expect(obstacleFor(stranger, file)).toMatch(/^\/.+ has mode 0700$/);
    expect(obstacleFor(stranger, file)).not.toContain(folder);
  });

  test("is kept from a file by its own mode", () => {
    const { file } = useFile(0o700, 0o3277);
    expect(obstacleFor(USER, file)).toBe(`${file} has mode 3277`);
    expect(modeOf(statSync(file))).toBe("3277");
  });

  test("is not kept from what is not there", () => {
    const { folder } = useFile(0o700, 0o600);
    expect(obstacleFor(USER, join(folder, "none"))).toBeUndefined();
    expect(obstacleFor(USER, join(folder, "none", "below"))).toBeUndefined();
  });

  test.runIf(isRoot).each([
    ["its owner", USER.uid, OTHER, 0o400, true],
    ["its owner, who is the only one not to", USER.uid, USER.gid, 0o044, false],
    ["its group", OTHER, USER.gid, 0o040, true],
    ["its group, which is the only one not to", OTHER, USER.gid, 0o404, false],
    ["anybody", OTHER, OTHER, 0o004, true],
    ["anybody but who has it", OTHER, OTHER, 0o440, false],
  ])("reads a file as %s", (_, uid, gid, mode, may) => {
    const { file } = useFile(0o700, mode, uid, gid);
    expect(mayRead(USER, statSync(file))).toBe(may);
    expect(obstacleFor(USER, file) === undefined).toBe(may);
  });
});

import { spawnSync } from "node:child_process";
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SharedMemoryReader } from "../../src/session/shared-memory.js";
import { useDirectory } from "../helpers/use-directory.js";

const KIB = 1024;

function useReader(): { reader: SharedMemoryReader; folder: string; path: string } {
  const folder = useDirectory();
  return { reader: new SharedMemoryReader(folder, "p"), folder, path: join(folder, "p1") };
}

test("a segment that holds its bytes is read, also where it has more", () => {
  const { reader, path } = useReader();
  writeFileSync(path, Buffer.alloc(100 * KIB, 7));
  expect(reader.read(1, 90 * KIB)).toEqual(Buffer.alloc(90 * KIB, 7));
});

describe.skipIf(process.platform === "win32")("a segment is refused that is", () => {
  test("longer than what it has in memory", () => {
    const { reader, path } = useReader();
    writeFileSync(path, Buffer.alloc(64 * KIB, 1));
    truncateSync(path, 1024 * KIB);
    expect(() => reader.read(1, 1024 * KIB)).toThrow(/holds 65536 of 1048576 bytes/);
  });

  test("shorter than it should be", () => {
    const { reader, path } = useReader();
    writeFileSync(path, "short");
    expect(() => reader.read(1, 6)).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });

  test("a link to somewhere else", () => {
    const { reader, folder, path } = useReader();
    writeFileSync(join(folder, "secret"), Buffer.alloc(KIB, 1));
    symlinkSync(join(folder, "secret"), path);
    expect(() => reader.read(1, KIB)).toThrow(/ELOOP/);
  });

  test("another name of somebody's file", () => {
    const { reader, folder, path } = useReader();
    writeFileSync(join(folder, "secret"), Buffer.alloc(KIB, 1));
    linkSync(join(folder, "secret"), path);
    expect(() => reader.read(1, KIB)).toThrow(/it has 2 names/);
  });

  test("a pipe that nobody writes to, without waiting", () => {
    const { reader, path } = useReader();
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    expect(() => reader.read(1, 1)).toThrow(/it is no file/);
  });

  test("a folder, or not there", () => {
    const { reader, path } = useReader();
    mkdirSync(path);
    expect(() => reader.read(1, 0)).toThrow(/it is no file/);
    expect(() => reader.read(2, 0)).toThrow(/ENOENT/);
  });
});

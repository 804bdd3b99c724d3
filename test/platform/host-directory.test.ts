import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { hostDirectory, removeHostDirectory } from "../../src/platform/host-directory.js";
import {
  createPosixDirectory,
  isPrivatePosixDirectory,
  posixParents,
} from "../../src/platform/host-directory.posix.js";
import {
  createWindowsDirectory,
  isPrivateWindowsDirectory,
  removeWindowsDirectory,
} from "../../src/platform/host-directory.windows.js";
import { LINUX_PATH_LIMIT, MACOS_PATH_LIMIT, posixSocketAddress } from "../../src/platform/socket-address.posix.js";
import { SOCKET_NAME_BYTES } from "../../src/platform/socket-name.js";
import { firstOutput, fixture, useDirectory } from "./support.js";

const mode = (path: string): number => statSync(path).mode & 0o777;

afterEach(removeHostDirectory);

describe("the host directory", () => {
  test("is the same at each call, and private", () => {
    const path = hostDirectory();
    expect(hostDirectory()).toBe(path);
    expect(mode(path)).toBe(0o700);
    expect(path).toMatch(/\/pi-host-[0-9a-f]{12}$/);
  });

  test.each([0o000, 0o022, 0o777])("has mode 0700 under umask %o", (umask) => {
    const before = process.umask(umask);
    onTestFinished(() => void process.umask(before));
    expect(mode(hostDirectory())).toBe(0o700);
  });

  test("is made anew after somebody deleted it", () => {
    const deleted = hostDirectory();
    rmSync(deleted, { recursive: true });
    expect(existsSync(hostDirectory())).toBe(true);
    expect(mode(hostDirectory())).toBe(0o700);
  });

  test("is given up when it was opened to others or replaced by a link", () => {
    const opened = hostDirectory();
    onTestFinished(() => rmSync(opened, { recursive: true }));
    chmodSync(opened, 0o755);
    const replaced = hostDirectory();
    onTestFinished(() => rmSync(replaced));
    expect(replaced).not.toBe(opened);
    rmSync(replaced, { recursive: true });
    symlinkSync(useDirectory(), replaced);
    expect(hostDirectory()).not.toBe(replaced);
  });

  test("is removed with what it holds, once and again", () => {
    const path = hostDirectory();
    writeFileSync(join(path, "w.sock"), "");
    removeHostDirectory();
    removeHostDirectory();
    expect(existsSync(path)).toBe(false);
  });

  test("adds one exit listener, however often it is made", () => {
    hostDirectory();
    const listeners = process.listenerCount("exit");
    removeHostDirectory();
    hostDirectory();
    expect(process.listenerCount("exit")).toBe(listeners);
  });
});

test("the host directory is removed when the host exits, whose exit code stays its own", async () => {
  const host = spawn(process.execPath, ["--import", "tsx", fixture("directory.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const path = await firstOutput(host);
  if (host.exitCode === null) await once(host, "exit");
  expect(host.exitCode).toBe(3);
  expect(path).toMatch(/\/pi-host-[0-9a-f]{12}$/);
  expect(existsSync(path)).toBe(false);
});

describe("its parent on POSIX", () => {
  test("is XDG_RUNTIME_DIR first, then the temporary directory, then /tmp", () => {
    const runtime = useDirectory();
    expect(posixParents({ XDG_RUNTIME_DIR: runtime }, "/var/tmp")).toEqual([runtime, "/var/tmp", "/tmp"]);
    expect(posixParents({}, "/tmp")).toEqual(["/tmp"]);
  });

  test.each([
    ["is relative", () => "run"],
    ["does not exist", () => "/nonexistent/run"],
    ["is a file", () => import.meta.filename],
    ["others may write to", () => use(0o777)],
    ["its group may write to", () => use(0o770)],
  ])("is no XDG_RUNTIME_DIR that %s", (_, make) => {
    expect(posixParents({ XDG_RUNTIME_DIR: make() }, "/tmp")).toEqual(["/tmp"]);
  });

  test.runIf(process.geteuid?.() === 0)("is no XDG_RUNTIME_DIR of another user", () => {
    const foreign = use(0o700);
    chownSync(foreign, 65534, 65534);
    expect(posixParents({ XDG_RUNTIME_DIR: foreign }, "/tmp")).toEqual(["/tmp"]);
  });

  test("leaves room for socket names, or another is taken", () => {
    const long = join(useDirectory(), "x".repeat(60));
    mkdirSync(long);
    const short = useDirectory();
    expect(dirname(createPosixDirectory([long, short], LINUX_PATH_LIMIT))).toBe(short);
    expect(readdirSync(long)).toEqual([]);
  });

  test("may be macOS's temporary directory of 49 characters", () => {
    const temporary = join(useDirectory(), "/").padEnd(49, "T");
    mkdirSync(temporary);
    const path = createPosixDirectory([temporary], MACOS_PATH_LIMIT);
    expect(dirname(path)).toBe(temporary);
    expect(posixSocketAddress(path, "n".repeat(SOCKET_NAME_BYTES), MACOS_PATH_LIMIT)).toContain(temporary);
  });

  test("is skipped when nothing can be made in it; when none is left the error says why for each", () => {
    const parent = useDirectory();
    expect(dirname(createPosixDirectory(["/nonexistent", parent], LINUX_PATH_LIMIT))).toBe(parent);
    expect(() => createPosixDirectory(["/nonexistent", `/${"x".repeat(99)}`], LINUX_PATH_LIMIT)).toThrow(
      expect.objectContaining({
        code: "START_FAILED",
        message: expect.stringMatching(/XDG_RUNTIME_DIR or TMPDIR.*\/nonexistent": ENOENT.*xxx": .* 107 bytes/),
        cause: expect.objectContaining({ code: "ENOENT" }),
      }),
    );
  });

  test("holds no private directory that is a link, a file or open to others", () => {
    const directory = useDirectory();
    expect(isPrivatePosixDirectory(directory)).toBe(true);
    symlinkSync(directory, join(directory, "link"));
    expect(isPrivatePosixDirectory(join(directory, "link"))).toBe(false);
    expect(isPrivatePosixDirectory(import.meta.filename)).toBe(false);
    expect(isPrivatePosixDirectory(use(0o750))).toBe(false);
  });
});

test("on Windows it is made in the temporary directory, recognised and removed", () => {
  const path = createWindowsDirectory(useDirectory());
  expect(isPrivateWindowsDirectory(path)).toBe(true);
  removeWindowsDirectory(path);
  expect(isPrivateWindowsDirectory(path)).toBe(false);
  expect(() => createWindowsDirectory("/nonexistent")).toThrow(expect.objectContaining({ code: "START_FAILED" }));
});

function use(permissions: number): string {
  const path = useDirectory();
  chmodSync(path, permissions);
  return path;
}

import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { hostDirectory, removeHostDirectory } from "../../src/platform/host-directory.js";
import { grpcTarget, socketAddress } from "../../src/platform/socket-address.js";
import { LINUX_PATH_LIMIT, MACOS_PATH_LIMIT, posixSocketAddress } from "../../src/platform/socket-address.posix.js";
import { windowsSocketAddress } from "../../src/platform/socket-address.windows.js";
import { SOCKET_NAME_BYTES } from "../../src/platform/socket-name.js";
import { useDirectory } from "./support.js";

/** A directory name that makes the socket path of `name` exactly `bytes` long. */
const directoryFor = (bytes: number, name: string): string => `/${"d".repeat(bytes - `//${name}.sock`.length)}`;

test("a POSIX address is a socket file in the directory", () => {
  expect(posixSocketAddress("/run/pi-abc123/", "worker-1", LINUX_PATH_LIMIT)).toBe("/run/pi-abc123/worker-1.sock");
});

test.each([LINUX_PATH_LIMIT, MACOS_PATH_LIMIT])("under a limit of %i bytes one is kept for the NUL", (limit) => {
  const fits = directoryFor(limit - 1, "w");
  expect(posixSocketAddress(fits, "w", limit)).toHaveLength(limit - 1);
  expect(() => posixSocketAddress(`${fits}d`, "w", limit)).toThrow(
    expect.objectContaining({
      code: "START_FAILED",
      message: expect.stringMatching(
        new RegExp(`${fits}d/w\\.sock is ${limit} bytes long.* at most ${limit - 1}.*XDG_RUNTIME_DIR or TMPDIR`),
      ),
    }),
  );
});

test("the length counts in bytes, not in characters", () => {
  expect(() => posixSocketAddress(`/${"ü".repeat(50)}`, "worker", LINUX_PATH_LIMIT)).toThrow(/113 bytes/);
});

test("the longest path that passes can be listened on", async () => {
  const parent = useDirectory();
  const name = "n".repeat(LINUX_PATH_LIMIT - 1 - `${parent}/.sock`.length);
  const server = createServer().listen(posixSocketAddress(parent, name, LINUX_PATH_LIMIT));
  await once(server, "listening");
  server.close();
  await once(server, "close");
});

test.each(["", ".", "..", "../up", "a/b", "a b", "a\0b", ".hidden"])("the name %j is refused", (name) => {
  expect(() => posixSocketAddress("/tmp", name, LINUX_PATH_LIMIT)).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});

test("a Windows address is a pipe that no other host and no other process names", () => {
  const address = (host: string, process: string): string =>
    windowsSocketAddress(`C:\\Users\\me\\AppData\\Local\\Temp\\${host}\\${process}`, "s");
  const pipe = /^\\\\\.\\pipe\\process-isolation-[0-9a-f]{32}-pi-host-a-1-1-s$/;
  expect(address("pi-host-a", "1-1")).toMatch(pipe);
  expect(address("pi-host-a", "1-1")).toBe(address("pi-host-a", "1-1"));
  const others = [address("pi-host-a", "1-1"), address("pi-host-b", "1-1"), address("pi-host-a", "1-2")];
  expect(new Set(others).size).toBe(3);
  expect(() => windowsSocketAddress("C:\\Temp\\pi-host-a\\1-1", "w".repeat(250))).toThrow(/at most 256/);
});

test("two host processes never name the same pipe, not even in directories of the same name", async () => {
  const source = new URL("../../src/platform/socket-address.windows.ts", import.meta.url).href;
  const program = `import { windowsSocketAddress as address } from ${JSON.stringify(source)};
    process.stdout.write(address("C:\\\\Temp\\\\pi-host-a\\\\1-1", "s"));`;
  const name = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program])).stdout;
  const [first, second] = await Promise.all([name(), name()]);
  expect(first).toContain("process-isolation-");
  expect(first).not.toBe(second);
});

test("the gRPC target is the address behind `unix:`, for files and pipes", () => {
  expect(grpcTarget("/tmp/pi-abc123/w.sock")).toBe("unix:/tmp/pi-abc123/w.sock");
  expect(grpcTarget("\\\\.\\pipe\\process-isolation-x")).toBe("unix:\\\\.\\pipe\\process-isolation-x");
});

test("the longest promised name fits into the host directory", () => {
  const name = "n".repeat(SOCKET_NAME_BYTES);
  expect(socketAddress(hostDirectory(), name)).toBe(join(hostDirectory(), `${name}.sock`));
  removeHostDirectory();
});

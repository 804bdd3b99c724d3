import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
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

test("a Windows address is a pipe named after the directory", () => {
  const directory = "C:\\Users\\me\\AppData\\Local\\Temp\\pi-abc123";
  expect(windowsSocketAddress(directory, "worker-1")).toBe("\\\\.\\pipe\\process-isolation-pi-abc123-worker-1");
  expect(() => windowsSocketAddress(directory, "w".repeat(250))).toThrow(/at most 256/);
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

import { posix } from "node:path";
import { IsolationError } from "../errors/index.js";
import { checkSocketName } from "./socket-name.js";

/** Size of `sockaddr_un.sun_path` in bytes, the trailing NUL included. */
export const LINUX_PATH_LIMIT = 108;
export const MACOS_PATH_LIMIT = 104;

/** `DIRECTORY/NAME.sock`, checked in bytes: past the limit the kernel or Node would say no more than EINVAL. */
export function posixSocketAddress(directory: string, name: string, limit: number): string {
  checkSocketName(name);
  const path = posix.join(directory, `${name}.sock`);
  const bytes = Buffer.byteLength(path);
  if (bytes < limit) return path;
  throw new IsolationError(
    "START_FAILED",
    `socket path ${path} is ${bytes} bytes long, and this platform takes at most ${limit - 1}; ` +
      "set XDG_RUNTIME_DIR or TMPDIR to a shorter directory",
  );
}

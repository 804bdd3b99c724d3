import { forThisSystem } from "./for-this-system.js";
import { LINUX_PATH_LIMIT, MACOS_PATH_LIMIT, posixSocketAddress } from "./socket-address.posix.js";
import { windowsSocketAddress } from "./socket-address.windows.js";

/**
 * Where a pihost listens: a unix domain socket inside `directory`, on Windows a named pipe derived from it.
 *
 * @param directory This host's private directory, see `hostDirectory()`.
 * @param name Letters, digits, `.`, `_` and `-`. Up to `SOCKET_NAME_BYTES` of them fit into any `hostDirectory()`.
 * @throws IsolationError `START_FAILED` where the path is longer than the platform takes, `INVALID_OPTION` for a name
 *   that is not a plain file name.
 */
export const socketAddress: (directory: string, name: string) => string = forThisSystem({
  linux: (directory: string, name: string) => posixSocketAddress(directory, name, LINUX_PATH_LIMIT),
  macos: (directory: string, name: string) => posixSocketAddress(directory, name, MACOS_PATH_LIMIT),
  windows: windowsSocketAddress,
});

/** How long the path of a socket may be that one chooses oneself. */
export const socketPathBytes: number = forThisSystem({
  linux: LINUX_PATH_LIMIT - 1,
  macos: MACOS_PATH_LIMIT - 1,
  windows: Number.POSITIVE_INFINITY,
});

/**
 * The grpc-js target of an address made by `socketAddress`.
 *
 * grpc-js hands what follows `unix:` to `net` as it is, as long as it does not begin with `//`: that makes
 * `unix:\\.\pipe\NAME` a named pipe on Windows, while a bare pipe name would be looked up in the DNS.
 */
export function grpcTarget(address: string): string {
  return `unix:${address}`;
}

import { IsolationError } from "../errors/index.js";

/** The longest socket name, in bytes, for which `hostDirectory()` keeps room under the platform's path limit. */
export const SOCKET_NAME_BYTES = 24;

/** Throws `INVALID_OPTION` unless `name` can only mean a file directly inside the host's directory. */
export function checkSocketName(name: string): void {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name)) return;
  throw new IsolationError(
    "INVALID_OPTION",
    `socket name must consist of letters, digits, ".", "_" and "-" and not begin with "."; received ${JSON.stringify(name)}`,
  );
}

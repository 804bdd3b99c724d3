import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let pipes = 0;

/** A fresh address for a local socket: a path, or a named pipe on Windows. */
export function freshSocketPath() {
  if (process.platform === "win32") {
    pipes += 1;
    return { path: `\\\\.\\pipe\\bench-${process.pid}-${pipes}`, remove: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  return { path: join(folder, "s"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

import { fstatSync } from "node:fs";
import { createRequire } from "node:module";
import { HANDSHAKE_DESCRIPTOR } from "../contract/index.js";
import { pihostEntry } from "../process/index.js";
import { EXIT } from "./exit-codes.js";

/**
 * `pihost child`: this process is an isolate of whoever has started it, and speaks the handshake on descriptor 3. What else is
 * on the command line is the host's own, as a name for `ps`.
 */
export async function run(): Promise<void> {
  if (!hasHandshake()) {
    process.stderr.write(
      "pihost: child is started by a host, with a socket as descriptor 3 and, for Session, another one as descriptor 4; " +
        "see docs/protocol.md of the package\n",
    );
    process.exit(EXIT.usage);
  }
  const entry = pihostEntry();
  const [node = process.execPath, , , ...rest] = process.argv;
  process.argv = [node, entry, ...rest];
  createRequire(import.meta.url)(entry);
}

/** Node.js itself may hold that number, for what is no socket. */
function hasHandshake(): boolean {
  try {
    const stats = fstatSync(HANDSHAKE_DESCRIPTOR);
    return stats.isSocket() || stats.isFIFO();
  } catch {
    return false;
  }
}

import { once } from "node:events";
import { chmodSync, renameSync } from "node:fs";
import { createServer } from "node:net";
import { IsolationError } from "../errors/index.js";
import { withTrueTicks } from "../intrinsics/index.js";
import type { HandedListener } from "./handed-listener.js";

/** Stands in the place of `.sock`, so that the path is no longer than the final one. */
const BEFORE = ".made";

/** @throws IsolationError `START_FAILED` when the system refuses */
export async function posixHandedListener(address: string): Promise<HandedListener> {
  const made = address.replace(/\.sock$/, BEFORE);
  const server = createServer((early) => early.destroy());
  try {
    // Exclusive: in a worker of `node:cluster` the primary process would listen instead.
    withTrueTicks(() => server.listen({ path: made, exclusive: true }));
    await once(server, "listening");
    server.unref();
    chmodSync(made, 0o600);
    // Node removes the path that it made when it closes; and before this nobody can have connected.
    renameSync(made, address);
  } catch (cause) {
    server.close();
    throw new IsolationError("START_FAILED", `no socket could be made at ${address}`, { cause });
  }
  return {
    // `spawn` takes no servers, and nothing public tells their descriptors.
    descriptor: (server as unknown as { readonly _handle: { readonly fd: number } })._handle.fd,
    close: () => void server.close(),
  };
}

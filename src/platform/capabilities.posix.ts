import { tmpdir } from "node:os";
import { join } from "node:path";
import { isExecutable, probeWritable } from "./capabilities.files.js";
import type { Capability } from "./capabilities.js";
import { LONGEST_SOCKET_FILE, posixParents } from "./host-directory.posix.js";
import { processStartTime } from "./process-identity.js";

/** @param limit bytes of a socket path, the trailing NUL included */
export function probeSocketDirectory(
  limit: number,
  parents: readonly string[] = posixParents(process.env, tmpdir()),
): Capability {
  const candidates = parents.map((parent) => {
    const spare = limit - 1 - Buffer.byteLength(join(parent, LONGEST_SOCKET_FILE));
    return { parent, spare, problem: spare < 0 ? `${parent} is ${-spare} bytes too long` : probeWritable(parent) };
  });
  const usable = candidates.find(({ problem }) => problem === undefined);
  return {
    name: "socket directory",
    status: usable === undefined ? "missing" : "ok",
    found:
      usable === undefined
        ? candidates.map(({ problem }) => problem).join("; ")
        : `${usable.parent}, ${usable.spare} of ${limit - 1} bytes to spare`,
    matters: "sockets lie in a private directory, and their paths have a limit",
    essential: true,
  };
}

export function probeReaper(shell = "/bin/sh"): Capability {
  const isThere = isExecutable(shell);
  return {
    name: "reaper",
    status: "ok",
    found: isThere ? shell : `no ${shell}: a Node.js, which takes some 7 MB`,
    matters: "ends frozen or busy isolates, and what they started, when the host is killed",
    essential: false,
  };
}

export function probeStartTimes(startTime: typeof processStartTime = processStartTime): Capability {
  const isReadable = startTime(process.pid) !== undefined;
  return {
    name: "process start times",
    status: isReadable ? "ok" : "missing",
    found: isReadable ? "readable" : "not readable",
    matters: "a pid that was given out again is never mistaken for an isolate",
    essential: false,
  };
}

import { IsolationError } from "../errors/index.js";
import { forThisSystem } from "./for-this-system.js";
import { processStartTime } from "./process-identity.js";
import { killLinuxTree } from "./process-tree.linux.js";
import { killPortableTree } from "./process-tree.portable.js";

type Kill = (pid: number, signal: NodeJS.Signals, startTime?: string, mark?: string) => Promise<number[]>;

const killPortable: Kill = async (pid, signal, startTime) => {
  const present = startTime === undefined ? undefined : processStartTime(pid);
  return present === startTime || present === undefined ? killPortableTree(pid, signal) : [];
};

const killOnThisSystem = forThisSystem<Kill>({
  linux: (root, signal, startTime, mark) => killLinuxTree({ root, startTicks: startTime?.split("/")[1], mark }, signal),
  macos: killPortable,
  windows: killPortable,
});

/**
 * Signals a process, its process group and all its descendants, also those that left the group, and resolves with the
 * pids signalled. A leader that is gone already does not protect what is left of its group.
 *
 * On Linux also descendants whose parents ended are found, as long as they share a group or session with one of the
 * tree. macOS and Windows do not tell which pids were reached, so the answer holds at most `pid` there; on Windows every
 * signal ends the tree by force, as it knows no other way.
 *
 * @param startTime The `processStartTime` of the process that is meant: if another one has its pid by now, nothing is
 *   signalled. A pid is not given out again while a group bears its number, so nothing of its group is left then either.
 * @param mark What the descendants of that process carry in their environment, see `createMark`. On Linux SIGKILL reaches
 *   them wherever they are.
 * @throws IsolationError `INVALID_OPTION` for a `pid` that is not a whole number above 1, or is this process.
 */
export async function killTree(
  pid: number,
  signal: NodeJS.Signals,
  startTime?: string,
  mark?: string,
): Promise<number[]> {
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === process.pid) {
    throw new IsolationError(
      "INVALID_OPTION",
      `pid must be a whole number above 1 and not this process (${process.pid}); received ${pid}`,
    );
  }
  return killOnThisSystem(pid, signal, startTime, mark);
}

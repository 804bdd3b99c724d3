import { type Dirent, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";
/** `pi-NAMESPACE-PID-START-COUNT`: the pid of the host that made it, and when that was started. */
const NAME = /^pi-\d+-(\d+)-(\d+)-\d+(?:\.scope)?$/;

/**
 * The control groups that hosts of this run have made and that are still there.
 *
 * @param isOurs whether a process, by its pid and the time of its start, was one of this run
 */
export function leftoverCgroups(isOurs: (pid: number, startedAt: string) => boolean): string[] {
  return folders(ROOT).filter((path) => {
    const [, pid, startedAt = ""] = NAME.exec(path.slice(path.lastIndexOf("/") + 1)) ?? [];
    return pid !== undefined && isOurs(Number(pid), startedAt);
  });
}

/** Removes groups whose processes were ended. */
export function removeCgroups(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      rmdirSync(path);
    } catch {
      // Gone, or a process in it has yet to end: it was named, which is what counts.
    }
  }
}

/** All folders below one. */
function folders(parent: string): string[] {
  return entries(parent)
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(parent, name), ...folders(join(parent, name))]);
}

/** Empty where there are no control groups, and for one that goes meanwhile. */
function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

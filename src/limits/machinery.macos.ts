import { isExecutable } from "../platform/capabilities.files.js";
import type { Machinery } from "./machinery.js";

/** No cgroups, no affinity; `ps` tells the memory of a tree. Also taken on the BSDs. */
export function macosMachinery(): Machinery {
  const isThere = (path: string): string | undefined => (isExecutable(path) ? path : undefined);
  return {
    cgroups: { parents: {}, killable: undefined, systemd: undefined },
    shell: isThere("/bin/sh"),
    taskset: undefined,
    watches: { memory: isThere("/bin/ps") !== undefined, cpu: false, pids: false },
  };
}

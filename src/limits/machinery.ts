import { forThisSystem } from "../platform/for-this-system.js";
import type { CgroupMachinery } from "./cgroup/cgroup-machinery.js";
import { linuxMachinery } from "./machinery.linux.js";
import { macosMachinery } from "./machinery.macos.js";

/** What this machine offers to enforce limits with. */
export interface Machinery {
  readonly cgroups: CgroupMachinery;
  /** A POSIX shell, which joins cgroups and sets resource limits before it becomes the child. */
  readonly shell: string | undefined;
  readonly taskset: string | undefined;
  /** What can be watched from outside. */
  readonly watches: { readonly memory: boolean; readonly cpu: boolean; readonly pids: boolean };
}

/** A machine that offers nothing, such as Windows: only what V8 and the host themselves do is left. */
export const NO_MACHINERY: Machinery = Object.freeze({
  cgroups: Object.freeze({ parents: Object.freeze({}), killable: undefined, systemd: undefined }),
  shell: undefined,
  taskset: undefined,
  watches: Object.freeze({ memory: false, cpu: false, pids: false }),
});

const find: () => Machinery = forThisSystem({
  linux: linuxMachinery,
  macos: macosMachinery,
  windows: () => NO_MACHINERY,
});

let found: Machinery | undefined;

/** What this machine offers; found at the first call, in some 20 ms, by trial, and kept. */
export function limitMachinery(): Machinery {
  found ??= find();
  return found;
}

import { readdirSync } from "node:fs";
import { forThisSystem } from "./for-this-system.js";

/** How many descriptors a process holds; undefined once it is gone, for one of another user, and outside of Linux. */
export const openDescriptors: (pid: number) => number | undefined = forThisSystem<(pid: number) => number | undefined>({
  linux: (pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).length;
    } catch {
      return undefined;
    }
  },
  macos: () => undefined,
  windows: () => undefined,
});

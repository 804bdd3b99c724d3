import { cpus } from "node:os";
import { forThisSystem } from "../platform/for-this-system.js";
import { readKernelText } from "../platform/index.js";
import { parseProcessorList } from "./processor-list.js";

/** The processors that this process, and so every child of it, may use. */
export const availableProcessors: () => number[] = forThisSystem({
  linux: () => readAllowedProcessors() ?? allProcessors(),
  macos: allProcessors,
  windows: allProcessors,
});

/** The affinity and cpuset of this process: in a container fewer than the machine has. */
function readAllowedProcessors(): number[] | undefined {
  try {
    const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readKernelText("/proc/self/status")) ?? [];
    return list === undefined ? undefined : parseProcessorList(list);
  } catch {
    return undefined;
  }
}

function allProcessors(): number[] {
  return [...cpus().keys()];
}

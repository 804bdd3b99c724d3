import type { Capability } from "../platform/index.js";
import type { Enforcement, LimitName } from "./enforcement.js";
import type { ResolvedLimits } from "./limit-options.js";
import { limitMachinery, type Machinery } from "./machinery.js";
import { chooseMechanisms } from "./mechanisms.js";

/** One of each; the bounds do not matter. */
const ALL: ResolvedLimits = {
  memory: { soft: 1, hard: 2 },
  heap: 1,
  cpu: 1,
  affinity: [0],
  pids: 1,
  openFiles: 1,
  cpuSeconds: 1,
  output: 1,
  required: false,
};

const MATTERS: { readonly [limit in LimitName]: string } = {
  memory: "what the whole process tree may take",
  "memory.soft": "says that much memory is taken, and recycles the process",
  heap: "the JavaScript heap",
  cpu: "processor time in percent of one core",
  affinity: "which processors may be used",
  pids: "processes and threads of the whole tree",
  openFiles: "file descriptors of each process",
  cpuSeconds: "processor time in all",
  output: "bytes of stdout and stderr that are kept as events",
};

const STATUS = { kernel: "ok", runtime: "ok", watch: "limited", none: "missing" } as const;

const HOW = {
  kernel: "held by the kernel",
  runtime: "held by the runtime",
  watch: "only watched: noticed soon after it was passed",
  none: "not enforced",
} as const;

/** What enforces each limit on this machine, and how hard: what `limits.required` decides by. */
export function probeLimits(machinery: Machinery = limitMachinery()): Capability[] {
  const enforcements = Object.entries(chooseMechanisms(ALL, machinery)) as [LimitName, Enforcement][];
  return enforcements.map(([limit, { mechanism, strength }]) => ({
    name: `limits.${limit}`,
    // A soft limit is there to be noticed.
    status: limit === "memory.soft" && strength === "watch" ? "ok" : STATUS[strength],
    found: mechanism === strength || mechanism === "none" ? HOW[strength] : `${mechanism}, ${HOW[strength]}`,
    matters: MATTERS[limit],
    essential: false,
  }));
}

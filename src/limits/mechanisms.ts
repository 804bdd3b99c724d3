import type { Controller } from "./cgroup/cgroup-machinery.js";
import { type Enforcement, enforcedBy, type LimitName, type Mechanism } from "./enforcement.js";
import type { ResolvedLimits } from "./limit-options.js";
import type { Machinery } from "./machinery.js";
import { formatProcessorList } from "./processor-list.js";

/** The limits that are set, with what enforces each. */
export type Enforcements = { readonly [limit in LimitName]?: Enforcement };

/** The limits that are set, as plain values. */
export function boundsOf({ memory, affinity, required: _, ...others }: ResolvedLimits): [LimitName, number | string][] {
  const bounds: { [limit in LimitName]: number | string | undefined } = {
    memory: memory?.hard,
    "memory.soft": memory?.soft,
    affinity: affinity === undefined ? undefined : formatProcessorList(affinity),
    ...others,
  };
  return (Object.entries(bounds) as [LimitName, number | string | undefined][]).filter(isSet);
}

/** Gives each limit that is set the strongest mechanism of the machine. */
export function chooseMechanisms(limits: ResolvedLimits, machinery: Machinery): Enforcements {
  const chosen = boundsOf(limits).map(([limit, bound]) => [limit, enforcedBy(strongest(limit, machinery), bound)]);
  return Object.freeze(Object.fromEntries(chosen));
}

/** What a limit takes, in words, where nothing of it is there. */
export const NEEDS: { readonly [limit in LimitName]: string } = {
  memory: "it takes control groups, or /proc or `ps` to watch it",
  "memory.soft": "it takes control groups, or /proc or `ps` to watch it",
  heap: "it takes V8",
  cpu: "it takes control groups, or /proc to watch it",
  affinity: "it takes a control group with cpuset, or `taskset`",
  pids: "it takes control groups, or /proc to watch it",
  openFiles: "it takes a POSIX shell at /bin/sh, which sets it",
  cpuSeconds: "it takes a POSIX shell at /bin/sh, or /proc to watch it",
  output: "it takes the host",
};

/** The limits that would not be kept at all. */
export function missingLimits(enforcements: Enforcements): LimitName[] {
  return (Object.entries(enforcements) as [LimitName, Enforcement][])
    .filter(([, { strength }]) => strength === "none")
    .map(([limit]) => limit);
}

/** The limits of which no more can be said than that they are watched. */
export function weakLimits(enforcements: Enforcements): LimitName[] {
  return (Object.entries(enforcements) as [LimitName, Enforcement][])
    .filter(([limit, { strength }]) => limit !== "memory.soft" && strength === "watch")
    .map(([limit]) => limit);
}

function strongest(limit: LimitName, { cgroups, shell, taskset, watches }: Machinery): Mechanism {
  const byCgroup = (controller: Controller): Mechanism | undefined => {
    const version = cgroups.parents[controller]?.version;
    return version === undefined ? undefined : `cgroup-v${version}`;
  };
  const byWatch = (isPossible: boolean): Mechanism => (isPossible ? "watch" : "none");
  switch (limit) {
    case "memory":
      return byCgroup("memory") ?? byWatch(watches.memory);
    case "memory.soft":
      // Whoever enforces the hard limit, a soft one is there to be noticed.
      return byWatch(watches.memory || cgroups.parents.memory !== undefined);
    case "cpu":
      return byCgroup("cpu") ?? byWatch(watches.cpu);
    case "pids":
      return byCgroup("pids") ?? byWatch(watches.pids);
    case "affinity":
      return byCgroup("cpuset") ?? (taskset === undefined ? "none" : "affinity");
    case "openFiles":
      return shell === undefined ? "none" : "rlimit";
    case "cpuSeconds":
      return shell === undefined ? byWatch(watches.cpu) : "rlimit";
    case "heap":
      return "v8";
    case "output":
      return "host";
  }
}

function isSet(entry: [LimitName, number | string | undefined]): entry is [LimitName, number | string] {
  return entry[1] !== undefined;
}

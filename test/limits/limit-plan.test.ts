import { expect, test } from "vitest";
import { type Machinery, NO_MACHINERY, planLimits, resolveLimits } from "../../src/limits/index.js";
import { chooseMechanisms } from "../../src/limits/mechanisms.js";

const ALL = resolveLimits({
  memory: { soft: "64MiB", hard: "128MiB" },
  heap: "64MiB",
  cpu: 50,
  affinity: "0",
  pids: 100,
  openFiles: 100,
  cpuSeconds: 10,
  output: "1MB",
});

const V2 = { version: 2, folder: "/nowhere" } as const;
const V1 = { version: 1, folder: "/nowhere" } as const;
const STRONG: Machinery = {
  cgroups: { parents: { memory: V2, pids: V2, cpu: V2, cpuset: V2 }, killable: V2, systemd: undefined },
  shell: "/bin/sh",
  taskset: "/usr/bin/taskset",
  watches: { memory: true, cpu: true, pids: true },
};

function mechanisms(machinery: Machinery): Record<string, string> {
  return Object.fromEntries(
    Object.entries(chooseMechanisms(ALL, machinery)).map(([limit, { mechanism }]) => [limit, mechanism]),
  );
}

const ANYWHERE = { heap: "v8", output: "host" };
const BY_SHELL = { ...ANYWHERE, openFiles: "rlimit", cpuSeconds: "rlimit" };

test.each<[string, Machinery, Record<string, string>]>([
  [
    "cgroups of version 2",
    STRONG,
    {
      ...BY_SHELL,
      memory: "cgroup-v2",
      pids: "cgroup-v2",
      cpu: "cgroup-v2",
      affinity: "cgroup-v2",
      "memory.soft": "watch",
    },
  ],
  [
    "version 1 in part",
    { ...STRONG, cgroups: { ...STRONG.cgroups, parents: { memory: V1, pids: V1 } } },
    { ...BY_SHELL, memory: "cgroup-v1", pids: "cgroup-v1", cpu: "watch", affinity: "affinity", "memory.soft": "watch" },
  ],
  [
    "Linux without cgroups",
    { ...STRONG, cgroups: NO_MACHINERY.cgroups },
    { ...BY_SHELL, memory: "watch", pids: "watch", cpu: "watch", affinity: "affinity", "memory.soft": "watch" },
  ],
  [
    "macOS",
    { ...NO_MACHINERY, shell: "/bin/sh", watches: { memory: true, cpu: false, pids: false } },
    { ...BY_SHELL, memory: "watch", pids: "none", cpu: "none", affinity: "none", "memory.soft": "watch" },
  ],
  [
    "Windows",
    NO_MACHINERY,
    {
      ...ANYWHERE,
      memory: "none",
      "memory.soft": "none",
      pids: "none",
      cpu: "none",
      affinity: "none",
      openFiles: "none",
      cpuSeconds: "none",
    },
  ],
])("each limit gets the strongest mechanism: %s", (_, machinery, expected) => {
  expect(mechanisms(machinery)).toEqual(expected);
});

test.each<[string, Machinery, string[]]>([
  ["a Linux without a shell", { ...STRONG, cgroups: NO_MACHINERY.cgroups, shell: undefined }, ["openFiles"]],
  ["Windows", NO_MACHINERY, ["memory", "memory.soft", "cpu", "affinity", "pids", "openFiles", "cpuSeconds"]],
])("a limit that cannot be kept is refused before the start, by name: %s", (_, machinery, refused) => {
  const plan = () => planLimits(ALL, machinery);
  expect(plan).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  for (const limit of refused) expect(plan).toThrow(`limits.${limit} (`);
  expect(plan).not.toThrow("limits.heap");
  if (machinery.shell === undefined) expect(plan).toThrow("it takes a POSIX shell at /bin/sh");
});

test("each limit is given with its bound, and how hard it is", () => {
  const { enforcement } = planLimits(ALL, STRONG);
  expect(enforcement.memory).toEqual({ mechanism: "cgroup-v2", strength: "kernel", bound: 2 ** 27 });
  expect(enforcement.heap).toEqual({ mechanism: "v8", strength: "runtime", bound: 2 ** 26 });
  expect(enforcement.affinity).toEqual({ mechanism: "cgroup-v2", strength: "kernel", bound: "0" });
});

test("the heap limit is a flag for Node.js", () => {
  expect(planLimits(resolveLimits({ heap: 64 * 2 ** 20 }), NO_MACHINERY).execArgv).toEqual(["--max-old-space-size=64"]);
});

test("limits that are required are refused where they could at best be watched, all of them by name", () => {
  const limits = { ...ALL, required: true };
  expect(planLimits(limits, STRONG).enforcement.memory?.strength).toBe("kernel");
  const plan = () => planLimits(limits, { ...STRONG, cgroups: NO_MACHINERY.cgroups });
  expect(plan).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  expect(plan).toThrow(/which can at best watch limits\.memory, limits\.cpu, limits\.pids; received true/);
});

test("without limits the command is the program itself", () => {
  const plan = planLimits(resolveLimits(undefined));
  expect(plan.enforcement).toEqual({});
  const scope = plan.open();
  const program = { execPath: "/usr/bin/node", args: ["script.js"], env: { "a.b": "c" } };
  expect(scope.command(program)).toEqual({ command: "/usr/bin/node", args: ["script.js"], env: { "a.b": "c" } });
  expect(scope.verdict({ code: 1, signal: null }, "EMFILE")).toBeUndefined();
});

test("what the kernel refuses is a failed start that names the reason", () => {
  expect(() => planLimits(ALL, STRONG).open()).toThrow(
    /^START_FAILED: limits\.memory \(\d+\), .* cannot be put into force: ENOENT.*'\/nowhere\/pi-/,
  );
});

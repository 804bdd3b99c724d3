import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cgroup } from "../../platform/capabilities.cgroup.linux.js";
import { findProgram } from "../../platform/capabilities.files.js";
import { readKernelText } from "../../platform/index.js";
import type { Parents } from "./candidate-parents.js";
import { type CgroupMachinery, CONTROLLERS } from "./cgroup-machinery.js";
import { newCgroupName } from "./cgroup-name.js";

/** systemd's own patience with its bus is 25 s; a manager that is that busy is of no use to us. */
const TRIAL_TIMEOUT_MS = 3_000;

/** Says in which group it runs, given the mount point, and what files that has. */
const LOOK = `
while IFS= read -r line; do
  case $line in 0::*) cd "$1\${line#0::}" && pwd && ls ;; esac
done </proc/self/cgroup`;

const LIMIT_FILES = { memory: "memory.max", pids: "pids.max", cpu: "cpu.max", cpuset: "cpuset.cpus" } as const;

/** Whether systemd manages the groups of this machine. */
export function systemdRules(): boolean {
  return existsSync("/run/systemd/system");
}

/**
 * The scopes that systemd makes for us: of the user's own manager, or of the system's for root. Tried out with one;
 * undefined where it makes none that hold memory.
 */
export function findSystemdScopes(own: readonly Cgroup[], shell: string): CgroupMachinery | undefined {
  const v2 = own.find(({ version }) => version === 2);
  const command = systemdRun();
  if (v2 === undefined || command === undefined || !systemdRules()) return undefined;
  const [program = "", ...first] = command;
  const properties = ["MemoryMax=1G", "TasksMax=100", "CPUQuota=100%", "AllowedCPUs=0"];
  const { stdout } = spawnSync(
    program,
    [
      ...first,
      `--unit=${newCgroupName()}.scope`,
      ...properties.map((property) => `--property=${property}`),
      ...["--", shell, "-c", LOOK, "sh", mountPoint(v2.folder)],
    ],
    { encoding: "utf8", timeout: TRIAL_TIMEOUT_MS, stdio: ["ignore", "pipe", "ignore"] },
  );
  const [folder = "", ...files] = (stdout ?? "").split("\n");
  if (!files.includes(LIMIT_FILES.memory)) return undefined;
  const parents: Parents = {};
  for (const controller of CONTROLLERS) {
    if (files.includes(LIMIT_FILES[controller])) parents[controller] = { version: 2, folder: dirname(folder) };
  }
  return { parents, killable: undefined, systemd: command };
}

/** `systemd-run` as this user may call it. The child's environment has not what it needs to find the user's manager. */
function systemdRun(): string[] | undefined {
  const program = findProgram("systemd-run");
  if (program === undefined) return undefined;
  const scope = ["--scope", "--quiet", "--collect"];
  if (process.geteuid?.() === 0) return [program, ...scope];
  const { XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = process.env;
  if (XDG_RUNTIME_DIR === undefined || !existsSync(join(XDG_RUNTIME_DIR, "systemd/private"))) return undefined;
  const bus = DBUS_SESSION_BUS_ADDRESS ?? `unix:path=${join(XDG_RUNTIME_DIR, "bus")}`;
  const env = findProgram("env");
  if (env === undefined) return undefined;
  const variables = [`XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR}`, `DBUS_SESSION_BUS_ADDRESS=${bus}`];
  return [env, ...variables, program, "--user", ...scope];
}

/** Where the tree is mounted: our group's folder without our path in the tree. */
function mountPoint(folder: string): string {
  const [, path = ""] = /^0::(.*)$/m.exec(readKernelText("/proc/self/cgroup")) ?? [];
  return folder.endsWith(path) ? folder.slice(0, folder.length - path.length) : folder;
}

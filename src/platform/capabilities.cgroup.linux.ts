import { existsSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join, posix } from "node:path";
import type { Capability } from "./capabilities.js";

const CONTROLLERS = ["memory", "pids", "cpu", "cpuset"] as const;

/** This process's own group in one hierarchy. */
export interface Cgroup {
  /** 2, or 1 for one of the older hierarchies with controllers of their own. */
  readonly version: 1 | 2;
  /** The controllers of a version 1 hierarchy; empty for version 2, which lists them in the group. */
  readonly controllers: readonly string[];
  /** Its folder. */
  readonly folder: string;
}

/** Where this process stands in each hierarchy that is mounted. */
export function readCgroups(
  mounts = readText("/proc/self/mountinfo"),
  memberships = readText("/proc/self/cgroup"),
): Cgroup[] {
  return lines(mounts).flatMap((line) => {
    // ID PARENT DEVICE ROOT MOUNTPOINT OPTIONS … - TYPE SOURCE SUPEROPTIONS, see proc_pid_mountinfo(5).
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "", mountPoint = ""] = before.split(" ").map(unescapeOctal);
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") return [];
    const controllers = type === "cgroup2" ? [] : options.split(",").filter((option) => /^[a-z_]+$/.test(option));
    const path = membership(memberships, type === "cgroup2" ? [""] : controllers);
    if (path === undefined) return [];
    return [{ version: type === "cgroup2" ? 2 : 1, controllers, folder: join(mountPoint, within(root, path)) }];
  });
}

export function probeCgroupV2(cgroups: readonly Cgroup[], tryOut = tryGroup): Capability {
  const of = (status: Capability["status"], found: string): Capability => ({
    name: "cgroup v2",
    status,
    found,
    matters: "ends whole trees at once, and holds limits for all that an isolate starts",
    essential: false,
  });
  const own = cgroups.find(({ version }) => version === 2);
  if (own === undefined) return of("missing", "not mounted");
  const trial = tryOut(own.folder);
  if (trial.problem !== undefined) return of("limited", `${own.folder} is not delegated to us (${trial.problem})`);
  if (!trial.files.includes("cgroup.kill")) return of("limited", `${own.folder} is writable, without cgroup.kill`);
  return of("ok", `${own.folder} is writable, with cgroup.kill`);
}

export function probeCgroupV2Controllers(cgroups: readonly Cgroup[], read = readText): Capability {
  const own = cgroups.find(({ version }) => version === 2);
  const present = own === undefined ? [] : read(join(own.folder, "cgroup.controllers")).trim().split(/\s+/);
  return controllers("cgroup v2 controllers", (controller) => (present.includes(controller) ? undefined : "not there"));
}

export function probeCgroupV1(cgroups: readonly Cgroup[], tryOut = tryGroup): Capability {
  return controllers("cgroup v1 controllers", (controller) => {
    const own = cgroups.find((cgroup) => cgroup.controllers.includes(controller));
    return own === undefined ? "not there" : tryOut(own.folder).problem;
  });
}

/** What making a group inside another one showed: its files, or why it cannot be made. */
export interface Trial {
  readonly files: readonly string[];
  readonly problem?: string;
}

/** Makes a group and removes it: the modes of cgroup folders do not tell whether that is allowed. */
export function tryGroup(folder: string): Trial {
  const path = join(folder, `process-isolation-trial-${process.pid}`);
  try {
    mkdirSync(path);
  } catch (error) {
    return { files: [], problem: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
  try {
    return { files: ["cgroup.kill"].filter((file) => existsSync(join(path, file))) };
  } finally {
    rmdirSync(path);
  }
}

/** @param problemOf why a controller cannot be used; undefined when it can */
function controllers(name: string, problemOf: (controller: string) => string | undefined): Capability {
  const usable: string[] = [];
  const lacking = new Map<string, string[]>();
  for (const controller of CONTROLLERS) {
    const problem = problemOf(controller);
    if (problem === undefined) usable.push(controller);
    else lacking.set(problem, [...(lacking.get(problem) ?? []), controller]);
  }
  const without = [...lacking].map(([problem, names]) => `no ${names.join(", ")} (${problem})`);
  return {
    name,
    status: lacking.size === 0 ? "ok" : usable.length === 0 ? "missing" : "limited",
    found: [usable.join(", "), ...without].filter((part) => part !== "").join("; "),
    matters: "limits of memory, processes and processor time that the kernel enforces",
    essential: false,
  };
}

/** The path of this process in the hierarchy of these controllers, from lines `ID:CONTROLLERS:PATH`. */
function membership(memberships: string, controllers: readonly string[]): string | undefined {
  for (const line of lines(memberships)) {
    const [, names = "", ...path] = line.split(":");
    if (names.split(",").some((name) => controllers.includes(name))) return path.join(":");
  }
  return undefined;
}

/** A path of a hierarchy as seen from a mount of its part below `root`; the mount itself where it lies outside. */
function within(root: string, path: string): string {
  const relative = posix.relative(root, path);
  return relative.startsWith("..") ? "" : relative;
}

/** Mount points escape blanks and backslashes: `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

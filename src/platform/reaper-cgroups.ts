import { existsSync, lstatSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { delay } from "../intrinsics/index.js";
import { entriesOf, killProcess } from "./reaper-kills.js";
import { CGROUP_PASSES, PASS_PAUSE_SECONDS } from "./reaper-times.js";

/** Kills all in these control groups and below them, and removes them. */
export async function killCgroups(paths: readonly string[]): Promise<void> {
  let remaining = paths.filter((path) => isAbsolute(path) && /^pi-\d/.test(basename(path))).filter(isCgroup);
  for (let passes = 0; remaining.length > 0 && passes < CGROUP_PASSES; passes += 1) {
    if (passes > 0) await delay(PASS_PAUSE_SECONDS * 1_000);
    for (const path of remaining) empty(path);
    remaining = remaining.filter(isCgroup);
  }
}

function isCgroup(path: string): boolean {
  return existsSync(join(path, "cgroup.procs"));
}

/** Version 2 kills at once. In version 1 a fork can outrun a pass over the members, hence the limit of none. */
function empty(path: string): void {
  if (existsSync(join(path, "cgroup.kill"))) quietly(() => writeFileSync(join(path, "cgroup.kill"), "1"));
  else if (existsSync(join(path, "pids.max"))) quietly(() => writeFileSync(join(path, "pids.max"), "0"));
  quietly(() => {
    for (const pid of readFileSync(join(path, "cgroup.procs"), "utf8").split("\n")) killProcess(Number(pid));
  });
  for (const name of entriesOf(path)) {
    const below = join(path, name);
    if (lstatSync(below, { throwIfNoEntry: false })?.isDirectory() === true && isCgroup(below)) empty(below);
  }
  quietly(() => rmdirSync(path));
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Refused or gone: another pass follows, or none is needed.
  }
}

import { basename } from "node:path";
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { delay } from "../intrinsics/index.js";
import { killCgroups } from "./reaper-cgroups.js";
import { isDiscardable, removeIfEmpty, removeTree } from "./reaper-folders.js";
import { killGroup, killMarked } from "./reaper-kills.js";
import { MARK_CLEAN_PASSES, MARK_PASSES, PASS_PAUSE_SECONDS, REAPER_GRACE_SECONDS } from "./reaper-times.js";

/** What the host has told, by verb. */
export interface ReaperState {
  readonly groups: Set<number>;
  readonly cgroups: Set<string>;
  readonly folders: Set<string>;
  /** `dir`, `mem` and `mark`. */
  readonly values: Map<string, string>;
}

const SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;

/**
 * What `REAPER_SCRIPT` does, line by line, for systems without a shell: the same lines on stdin, and the same deeds at its
 * end, for the same reasons.
 */
export async function runReaper(input: Readable): Promise<void> {
  for (const signal of SIGNALS) process.on(signal, () => {});
  const state: ReaperState = { groups: new Set(), cgroups: new Set(), folders: new Set(), values: new Map() };
  const discards: Promise<void>[] = [];
  let rest = "";
  input.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const discarded = obey(line, state);
      if (discarded !== undefined) discards.push(removeTree(discarded));
    }
  });
  // A broken pipe is an end like any other.
  await finished(input).catch(() => {});
  await reap(state, discards);
}

/** Notes what a line says; returns what is to be removed at once. */
function obey(line: string, state: ReaperState): string | undefined {
  const at = line.indexOf(" ");
  const [verb, value] = [line.slice(0, at), line.slice(at + 1)];
  const { groups, cgroups, folders, values } = state;
  if (verb === "add") groups.add(Number(value));
  else if (verb === "del") groups.delete(Number(value));
  else if (verb === "cgroup") cgroups.add(value);
  else if (verb === "uncgroup") cgroups.delete(value);
  else if (verb === "folder") folders.add(value);
  else if (verb === "unfolder") folders.delete(value);
  else if (verb === "discard") return isDiscardable(value, state) ? value : undefined;
  else if (["dir", "mem", "mark"].includes(verb)) values.set(verb, value);
  return undefined;
}

async function reap({ groups, cgroups, folders, values }: ReaperState, discards: Promise<void>[]): Promise<void> {
  if (groups.size + cgroups.size > 0) await delay(REAPER_GRACE_SECONDS * 1_000);
  for (const group of groups) killGroup(group);
  const mark = values.get("mark") ?? "";
  if (mark !== "") await killAllMarked(mark);
  await killCgroups([...cgroups]);
  await Promise.all(discards);
  for (const path of [values.get("dir"), values.get("mem")]) {
    if (path?.startsWith("/") && /^pi-host-.{12}$/.test(basename(path))) await removeTree(path);
  }
  for (const path of folders) if (path.startsWith("/")) removeIfEmpty(path);
}

async function killAllMarked(mark: string): Promise<void> {
  for (let passes = 0, clean = 0; clean < MARK_CLEAN_PASSES && passes < MARK_PASSES; passes++) {
    if (passes > 0) await delay(PASS_PAUSE_SECONDS * 1_000);
    clean = killMarked(mark) ? 0 : clean + 1;
  }
}

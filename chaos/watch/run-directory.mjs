import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { controlGroupsOf } from "./control-groups.mjs";
import { hasPrivateMemory } from "./private-memory.mjs";

const SHARED_MEMORY = "/dev/shm";

/** So little that it is quickly full: hosts keep nothing but sockets and locks there. */
const DISK = "size=1m,nr_inodes=512,mode=0700";

/** What fills a disk: not a host's, and gone with the host that was filling it. */
const FILLER = "filler-";

/**
 * The folders of one run, which hold nothing of anybody else.
 * @typedef {ReturnType<typeof createRunDirectory>} RunDirectory
 */

/** Makes them, in a short path: socket paths have a limit. */
export function createRunDirectory() {
  const path = mkdtempSync("/tmp/chaos-");
  const [temporary = "", runtime = "", work = ""] = ["t", "r", "w"].map((name) => join(path, name));
  for (const folder of [temporary, runtime, work]) mkdirSync(folder, { mode: 0o700 });
  // Where memory is private all mounts are.
  const isSmall = hasPrivateMemory() && mount("-t", "tmpfs", "-o", DISK, "tmpfs", runtime);
  const inMemory = () =>
    entries(SHARED_MEMORY, "pi-").filter((folder) => hasPrivateMemory() || ownerOf(folder).startsWith(`${path}/`));
  const onDisk = () => [
    ...entries(temporary, "pi-"),
    ...entries(runtime, "").filter((path) => !path.startsWith(join(runtime, FILLER))),
  ];
  /** @type {Set<number>} */
  const hosts = new Set();
  return {
    path,
    /** The working directory of the isolates: core files fall here. */
    work,
    /** The environment that puts a host's files here. */
    environment: { TMPDIR: temporary, XDG_RUNTIME_DIR: runtime, ...(isSmall && { CHAOS_SMALL_DISK: runtime }) },
    /** The process ids of the hosts of this run, for what bears their number. */
    hosts,
    /** What hosts have left behind, also in shared memory and of control groups. */
    leftovers: () => [...onDisk(), ...inMemory(), ...controlGroupsOf(hosts)],
    /** Makes room again where a host was killed that had filled a disk. */
    removeFillers: () => {
      const fillers = [runtime, ...(hasPrivateMemory() ? [SHARED_MEMORY] : [])].flatMap((disk) =>
        entries(disk, FILLER),
      );
      for (const filler of fillers) rmSync(filler, { recursive: true, force: true });
    },
    /** Removes the files that hosts have left behind, as far as they are surely theirs. */
    clear: () => {
      for (const file of [...onDisk(), ...inMemory()]) rmSync(file, { recursive: true, force: true });
      hosts.clear();
    },
    remove: () => {
      if (isSmall) spawnSync("umount", ["--lazy", runtime]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** @param {readonly string[]} args */
function mount(...args) {
  return spawnSync("mount", args, { stdio: "ignore" }).status === 0;
}

/** The directory of sockets of the host that made a directory in shared memory. @param {string} directory */
function ownerOf(directory) {
  try {
    return String(JSON.parse(readFileSync(join(directory, "process-isolation.json"), "utf8")).sockets);
  } catch {
    return "";
  }
}

/** @param {string} directory @param {string} prefix */
function entries(directory, prefix) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(directory, name));
}

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasPrivateMemory } from "../../watch/private-memory.mjs";
import { childrenOf, isReaper } from "../../watch/processes.mjs";
import { killPresent, pause } from "./death.mjs";

const MEMORY = "/dev/shm";

/** Where the sockets of this host lie, if it is so small that it may be filled. */
const SMALL_DISK = process.env.CHAOS_SMALL_DISK;

/** Breaks something, lets the load run into it, and kills the process: the next one has to do without. */
const sabotage =
  (
    /** @type {string} */ kind,
    /** @type {(subject: import("./death.mjs").Subject) => (() => void) | void} */ breakIt,
  ) =>
  async (/** @type {import("./death.mjs").Subject} */ subject) => {
    subject.ledger("disturbance", { kind, isolate: subject.name });
    const mend = breakIt(subject);
    await pause(subject.random.between(0, 120));
    await killPresent(subject, kind);
    await pause(subject.random.between(0, 120));
    mend?.();
  };

/** @param {string} path */
const remove = (path) => {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Its owner has written into it meanwhile.
  }
};

function removeMemory() {
  for (const name of readdirSync(MEMORY)) if (name.startsWith("pi-")) remove(join(MEMORY, name));
}

/** Takes all the room of a small disk, and all its entries. @param {string} disk */
function fill(disk) {
  const path = join(disk, `filler-${process.pid}-${performance.now()}`);
  try {
    mkdirSync(path);
    writeFileSync(join(path, "bytes"), Buffer.alloc(64 * 1024 * 1024));
  } catch {
    // Full: as wanted.
  }
  try {
    for (let entries = 0; entries < 1_000; entries += 1) writeFileSync(join(path, `${entries}`), "");
  } catch {
    // Full here too.
  }
  return () => remove(path);
}

function killReaper() {
  for (const { pid } of childrenOf(process.pid)) if (isReaper(pid)) process.kill(pid, "SIGKILL");
}

/** @type {readonly import("./death.mjs").Death[]} */
export const SABOTAGE = [
  { name: "socket deleted", weight: 3, strike: sabotage("socket deleted", ({ isolator }) => remove(isolator.address)) },
  {
    name: "host directory deleted",
    weight: 2,
    strike: sabotage("host directory deleted", ({ isolator }) => remove(dirname(isolator.address))),
  },
  { name: "reaper killed", weight: 2, strike: sabotage("reaper killed", killReaper) },
  {
    name: "shared memory deleted",
    weight: 2,
    fits: hasPrivateMemory,
    strike: sabotage("shared memory deleted", removeMemory),
  },
  {
    name: "shared memory full",
    weight: 3,
    fits: hasPrivateMemory,
    strike: sabotage("shared memory full", () => fill(MEMORY)),
  },
  {
    name: "disk full",
    weight: 3,
    fits: () => SMALL_DISK !== undefined,
    strike: sabotage("disk full", () => fill(SMALL_DISK ?? "")),
  },
];

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;
/** A lock folder without an owner file is one whose maker died between two system calls. */
const OWNERLESS_MS = 5_000;
/** No job here takes this long; a lock that old belongs to a process id that was given out again. */
const OLDEST_MS = 20 * 60_000;

/**
 * Runs `job` while no other process holds the lock folder at `path`. A lock whose owner is gone is taken over.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
export async function withLock(path, job) {
  mkdirSync(dirname(path), { recursive: true });
  while (!tryLock(path)) {
    breakIfStale(path);
    await sleep(POLL_MS);
  }
  const release = () => rmSync(path, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await job();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function tryLock(/** @type {string} */ path) {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(path, "owner"), String(process.pid));
  return true;
}

/** Moves a stale lock away. The move is atomic, so of several waiters only one takes it. */
function breakIfStale(/** @type {string} */ path) {
  const owner = staleOwner(path);
  if (owner === undefined) return;
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  // Another waiter may have broken the lock and taken it between our look and our move: then give it back.
  if (readOwner(aside) !== owner) renameSync(aside, path);
  else rmSync(aside, { recursive: true, force: true });
}

/** The owner of the lock when it is stale ("" if it never wrote its name), else undefined. */
function staleOwner(/** @type {string} */ path) {
  try {
    const ageMs = Date.now() - statSync(path).mtimeMs;
    const owner = readOwner(path);
    if (owner === "") return ageMs > OWNERLESS_MS ? owner : undefined;
    return ageMs > OLDEST_MS || !isAlive(Number(owner)) ? owner : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readOwner(/** @type {string} */ path) {
  try {
    return readFileSync(join(path, "owner"), "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  }
}

function isAlive(/** @type {number} */ pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function errorCode(/** @type {unknown} */ error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

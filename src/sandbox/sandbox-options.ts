import { statSync } from "node:fs";
import { aBoolean, IsolationError, invalidOption, ownOptions } from "../errors/index.js";
import { type ByteSize, toBytes } from "../limits/index.js";
import { forThisSystem } from "../platform/for-this-system.js";
import { absolutePaths } from "./absolute-paths.js";
import { findBubblewrap } from "./bubblewrap-program.linux.js";

/** What temporary files get: enough for most, and on every machine a small part of the memory. */
const DEFAULT_TMP_BYTES = 256 * 2 ** 20;
const MIN_TMP_BYTES = 2 ** 20;

/**
 * Runs the child where it sees only what it is shown: own process, network, ipc, mount and user namespaces, a read-only
 * system, a private `/tmp`. Linux only; needs `bwrap` of the package `bubblewrap`.
 */
export interface SandboxOptions {
  /** The program that makes the sandbox. Default, and so far only, `"bubblewrap"`. */
  kind?: "bubblewrap";
  /**
   * Files and folders that the child sees and may read, at the paths they have outside. Relative ones are resolved in
   * `from`. Default: the folder `from`. The system (`/usr`, `/lib`), Node and the framework are there in any case.
   */
  read?: readonly string[];
  /** Files and folders that it may also write. They must exist. Default: none. */
  write?: readonly string[];
  /** Whether it is in the host's network. Default false: it has a loopback interface of its own, and nothing else. */
  network?: boolean;
  /**
   * What its private `/tmp` may hold, and its `/dev/shm` too, which both lie in memory: a number of bytes, or a text such
   * as `"512MiB"`. At least 1 MiB. Default 256 MiB. Needs bubblewrap 0.7; before that there is no bound but
   * `limits.memory`, and the option is refused.
   */
  tmpSize?: ByteSize;
}

/** The sandbox after validation: complete, absolute and frozen. */
export interface Sandbox {
  readonly kind: "bubblewrap";
  /** The path of `bwrap`. */
  readonly program: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly network: boolean;
  /** Bytes; undefined where this `bwrap` cannot bound it. */
  readonly tmpSize: number | undefined;
  /** Whether this system lets the sandbox forbid further user namespaces inside. */
  readonly forbidsNesting: boolean;
}

const programOfThisSystem = forThisSystem({
  linux: findBubblewrap,
  macos: refuseSystem,
  windows: refuseSystem,
});

/**
 * @param from where relative paths are resolved: a folder, or the file URL of one
 * @throws IsolationError `INVALID_OPTION` for a bad value, and where `bwrap` is missing or does not work
 */
export function resolveSandbox(value: unknown, from: string, findProgram = programOfThisSystem): Sandbox {
  if (value === "bubblewrap") return resolveSandbox({}, from, findProgram);
  if (typeof value !== "object") throw invalidOption("sandbox", '"bubblewrap" or an object', value);
  const given = ownOptions("sandbox", value, ["kind", "read", "write", "network", "tmpSize"]);
  if (given.kind !== undefined && given.kind !== "bubblewrap") {
    throw invalidOption("sandbox.kind", '"bubblewrap"', given.kind);
  }
  const read = absolutePaths("sandbox.read", given.read === undefined ? ["."] : given.read, from);
  const write = absolutePaths("sandbox.write", given.write === undefined ? [] : given.write, from);
  checkPaths("sandbox.read", read);
  checkPaths("sandbox.write", write);
  const network = given.network === undefined ? false : aBoolean("sandbox.network", given.network);
  const wanted = given.tmpSize === undefined ? undefined : toBytes("sandbox.tmpSize", given.tmpSize, MIN_TMP_BYTES);
  const { program, forbidsNesting, boundsSize } = findProgram();
  if (wanted !== undefined && !boundsSize) {
    throw new IsolationError("INVALID_OPTION", `sandbox.tmpSize needs bubblewrap 0.7 or newer; ${program} is older`);
  }
  const tmpSize = boundsSize ? (wanted ?? DEFAULT_TMP_BYTES) : undefined;
  return Object.freeze({ kind: "bubblewrap", read, write, network, tmpSize, program, forbidsNesting });
}

function checkPaths(name: string, paths: readonly string[]): void {
  for (const path of paths) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) throw invalidOption(name, "paths that exist", path);
    // The host's would show every process of the machine.
    if (path === "/proc" || path.startsWith("/proc/")) throw invalidOption(name, "paths outside of /proc", path);
  }
}

function refuseSystem(): never {
  throw new IsolationError("INVALID_OPTION", `sandbox "bubblewrap" is for Linux; this is ${process.platform}`);
}

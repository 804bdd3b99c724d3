import { closeSync, constants, fstatSync, openSync, realpathSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { IsolationError } from "../errors/index.js";
import { forThisSystem } from "../platform/for-this-system.js";
import { mayRead, modeOf, obstacleFor } from "../platform/index.js";
import { HANDED_SCRIPT } from "./handed-script.js";
import type { Identity } from "./identity.js";

/** How a process gets the framework's executable: by its path, or by descriptors where it could not reach that. */
export interface HandedExecutable {
  /** For Node.js, before all others. */
  readonly execArgv: readonly string[];
  /** The script to start from; undefined for its path. */
  readonly script: string | undefined;
  /** Descriptors that the process inherits, from number 5 on. */
  readonly descriptors: readonly number[];
  /** Closes them here. */
  close(): void;
}

/** The boot script first, then what it loads: see `pihost/boot.ts`. */
const FILES = ["boot.cjs", "main.cjs"];

const BY_PATH: HandedExecutable = Object.freeze({
  execArgv: [],
  script: undefined,
  descriptors: [],
  close: () => {},
});

const byDescriptors = forThisSystem({ linux: true, macos: false, windows: false });

/**
 * @param folder of the executable
 * @param identity who the process runs as; undefined where it is this process's own user
 * @throws IsolationError `START_FAILED` where that user cannot read the executable, or run Node.js
 */
export function handExecutable(
  folder: string,
  execPath: string,
  identity: Identity | undefined,
  sandboxed: boolean,
): HandedExecutable {
  if (identity === undefined) return BY_PATH;
  const program = isAbsolute(execPath) ? obstacleFor(identity, realpathSync(execPath)) : undefined;
  if (program !== undefined) throw unreachable("execPath", execPath, identity, program);
  if (sandboxed || !byDescriptors) {
    const obstacle = obstacleFor(identity, join(folder, "boot.cjs"));
    if (obstacle === undefined) return BY_PATH;
    throw unreachable("the executable", join(folder, "boot.cjs"), identity, obstacle);
  }
  const descriptors: number[] = [];
  const close = (): void => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  };
  for (const name of FILES) {
    const path = join(folder, name);
    const descriptor = openSync(path, constants.O_RDONLY);
    descriptors.push(descriptor);
    const stats = fstatSync(descriptor);
    if (mayRead(identity, stats)) continue;
    close();
    throw unreachable("the executable", path, identity, `it has mode ${modeOf(stats)}`);
  }
  // Node.js would look for the path that the descriptor stands for, which it may not reach.
  return { execArgv: ["--preserve-symlinks-main"], script: HANDED_SCRIPT, descriptors, close };
}

function unreachable(what: string, path: string, { uid, gid }: Identity, obstacle: string): IsolationError {
  return new IsolationError(
    "START_FAILED",
    `user ${uid} (group ${gid}) cannot read ${what} ${path}: ${obstacle}; ` +
      "let that user read it (chmod), or install the package where everybody may read",
  );
}

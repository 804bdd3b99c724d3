import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { isExecutable } from "./capabilities.files.js";
import { REAPER_SCRIPT } from "./reaper-script.js";

/** What the reaper can run on where there is no shell. */
export interface ReaperOnNode {
  /** A Node.js: a path, or a name on this host's PATH. */
  readonly execPath: string;
  /** Runs `runReaper`. */
  readonly script: string;
}

/** Little memory: the reaper waits nearly all of its life. */
const NODE_FLAGS = ["--max-semi-space-size=1", "--max-old-space-size=64"];

/**
 * The running process, or undefined where it cannot be started (neither a shell nor a Node.js, no process or descriptor
 * left).
 */
export function startReaperProcess(shell: string, onNode: ReaperOnNode | undefined): ChildProcess | undefined {
  if (isExecutable(shell)) return start(shell, ["-c", REAPER_SCRIPT, "process-isolation-reaper"]);
  return onNode === undefined ? undefined : start(onNode.execPath, [...NODE_FLAGS, onNode.script]);
}

function start(program: string, args: readonly string[]): ChildProcess | undefined {
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      // A session of its own: neither the terminal's signals nor a kill of the host's group reach it.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      // For `rm` alone, and an Electron that is to be a Node.js; and a working directory that pins no mount.
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", ELECTRON_RUN_AS_NODE: "1" },
      cwd: "/",
    });
  } catch {
    return undefined;
  }
  child.on("error", () => {});
  // A write after its death fails with EPIPE: `exit` follows, and the next process is told everything anew.
  child.stdin?.on("error", () => {});
  if (child.pid === undefined) return undefined;
  child.unref();
  // It is never read and so holds no event loop; but tools that look for open handles count it. Bun has no socket there.
  (child.stdin as Partial<Socket> | null)?.unref?.();
  return child;
}

import { realpathSync } from "node:fs";
import { isAbsolute } from "node:path";
import { IsolationError } from "../errors/index.js";
import { findProgram } from "../platform/capabilities.files.js";
import { type Mount, mountArguments } from "./mounts.js";
import type { Sandbox } from "./sandbox-options.js";
import { systemMounts } from "./system-mounts.linux.js";

/** What runs in the sandbox, and what it needs to see beside what the user allowed. */
export interface SandboxedCommand {
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The framework's own files, read-only. What is not there is left out. */
  readonly read: readonly string[];
  /** Where it gets a folder in memory of its own, as large as its `/tmp`. */
  readonly memory: readonly string[];
  /** Folders that stay hidden though a path of the user's may hold them: those of the other isolates. */
  readonly hidden: readonly string[];
}

/** A folder in memory too: who may write into it could fill the memory, and with it the machine. */
const DEVICES_FOLDER = "/dev";
const MEMORY_FOLDER = "/dev/shm";
const TEMPORARY_FOLDER = ["TMPDIR", "TEMP", "TMP"];

/**
 * The command that runs another one in a sandbox. Descriptors, environment, stdin, stdout and stderr pass through.
 *
 * The process that is spawned is `bwrap` itself: it ends with the one inside, whose exit it reports as a shell does (see
 * `decodeBubblewrapExit`), and when it is killed all inside is killed by the kernel.
 *
 * @throws IsolationError `START_FAILED` when the program is not on the child's PATH
 */
export function bubblewrapCommand(sandbox: Sandbox, inside: SandboxedCommand): readonly string[] {
  const program = programFile(inside);
  const mounts: Mount[] = [
    ...systemMounts(sandbox.network),
    { kind: "private", path: "/tmp", size: sandbox.tmpSize },
    { kind: "private", path: MEMORY_FOLDER, size: sandbox.tmpSize },
    ...readOnly([program, realpathSync(program)]),
    ...readOnly(sandbox.read),
    ...sandbox.write.map((path): Mount => ({ kind: "writable", path })),
    ...inside.hidden.map((path): Mount => ({ kind: "private", path })),
    ...inside.read.map((path): Mount => ({ kind: "optional", path })),
    ...inside.memory.map((path): Mount => ({ kind: "private", path, size: sandbox.tmpSize })),
  ];
  return [
    sandbox.program,
    "--unshare-all",
    ...(sandbox.network ? ["--share-net"] : []),
    ...(sandbox.forbidsNesting ? ["--unshare-user", "--disable-userns"] : []),
    "--die-with-parent",
    // Without a terminal of its own it could put input into the host's (TIOCSTI).
    "--new-session",
    "--cap-drop",
    "ALL",
    "--hostname",
    "isolate",
    ...mountArguments(mounts),
    // The places that were made for the mounts. Not what is mounted on them.
    ...["/", ...unlessShown(DEVICES_FOLDER, sandbox), ...inside.hidden].flatMap((path) => ["--remount-ro", path]),
    "--chdir",
    isVisible(inside.cwd, sandbox) ? inside.cwd : "/",
    ...unsetTemporaryFolder(inside.env, sandbox),
    "--",
    program,
    ...inside.command.slice(1),
  ];
}

/** Not where the user has put something else in its place. */
const unlessShown = (path: string, { read, write }: Sandbox): string[] =>
  [...read, ...write].includes(path) ? [] : [path];

const readOnly = (paths: readonly string[]): Mount[] => paths.map((path): Mount => ({ kind: "readable", path }));

function programFile({ command: [name = ""], env }: SandboxedCommand): string {
  const path = isAbsolute(name) ? name : findProgram(name, env.PATH);
  if (path !== undefined) return path;
  throw new IsolationError("START_FAILED", `execPath ${JSON.stringify(name)} is not on the child's PATH`);
}

/** The child uses its private `/tmp`, unless it may write where the variable points. */
function unsetTemporaryFolder(env: Readonly<Record<string, string>>, { write }: Sandbox): string[] {
  const useless = TEMPORARY_FOLDER.filter(
    (name) => env[name] !== undefined && !write.some((path) => holds(path, env[name])),
  );
  return useless.flatMap((name) => ["--unsetenv", name]);
}

function isVisible(path: string, { read, write }: Sandbox): boolean {
  return [...read, ...write].some((shown) => holds(shown, path));
}

function holds(folder: string, path = ""): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

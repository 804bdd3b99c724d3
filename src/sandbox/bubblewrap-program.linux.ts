import { spawnSync } from "node:child_process";
import { IsolationError } from "../errors/index.js";
import { findProgram } from "../platform/capabilities.files.js";

/** What can be had of `bwrap` on this machine. */
export interface BubblewrapProgram {
  readonly program: string;
  /** Whether it keeps what is inside from making namespaces of its own: since 0.8. */
  readonly forbidsNesting: boolean;
  /** Whether it can bound what a folder in memory holds: since 0.7. */
  readonly boundsSize: boolean;
}

const TRIAL_TIMEOUT_MS = 10_000;
const TRIAL = ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"];
const BOUND_SIZE = ["--size", "1048576", "--tmpfs", "/tmp"];
const FORBID_NESTING = ["--unshare-user", "--disable-userns"];

const found = new Map<string, BubblewrapProgram>();

/**
 * `bwrap` on the search path, tried out once: a kernel, a container or a security module may refuse namespaces. Blocks for
 * some 10 ms the first time.
 *
 * @throws IsolationError `INVALID_OPTION`, with what to install or what `bwrap` said
 */
export function findBubblewrap(searchPath = process.env.PATH): BubblewrapProgram {
  const program = findProgram("bwrap", searchPath);
  if (program === undefined) {
    throw new IsolationError(
      "INVALID_OPTION",
      'sandbox "bubblewrap" needs bwrap, which is not on the PATH; install the package "bubblewrap" ' +
        "(apt-get install bubblewrap, dnf install bubblewrap, apk add bubblewrap)",
    );
  }
  let support = found.get(program);
  if (support === undefined) {
    support = tryOut(program);
    found.set(program, support);
  }
  return support;
}

function tryOut(program: string): BubblewrapProgram {
  const works = (args: readonly string[]): boolean => run(program, [...TRIAL, ...args]) === undefined;
  if (works([...BOUND_SIZE, ...FORBID_NESTING])) return { program, forbidsNesting: true, boundsSize: true };
  if (works(BOUND_SIZE)) return { program, forbidsNesting: false, boundsSize: true };
  const problem = run(program, TRIAL);
  if (problem === undefined) return { program, forbidsNesting: false, boundsSize: false };
  throw new IsolationError("INVALID_OPTION", `sandbox "bubblewrap" does not work here: ${program} said: ${problem}`);
}

/** What went wrong; undefined when the sandbox came about. */
function run(program: string, args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(program, [...args, "true"], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    timeout: TRIAL_TIMEOUT_MS,
  });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim() || `nothing, and exited with code ${status}`);
}

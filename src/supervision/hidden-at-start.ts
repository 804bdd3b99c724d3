import { IsolationError } from "../errors/index.js";
import type { Confinement } from "../sandbox/index.js";

/** What Node.js prints when it cannot find, or may not read, what it is told to load before anything else. */
const NOT_FOUND = /Cannot find module '(\/[^'\n]{1,500})'/;
const DENIED = /resource: '(\/[^'\n]{1,500})'/;

/**
 * The same failure of a start, with the option that hides the file which Node.js could not load (`--import` and `--require` in
 * `execArgv`), and the entry to add. What the process itself loads it explains itself.
 */
export function explainHidden(error: IsolationError, confinement: Confinement): IsolationError {
  const tail = error.facts.stderrTail ?? "";
  const hint = hintFor(DENIED.exec(tail)?.[1], NOT_FOUND.exec(tail)?.[1], confinement);
  if (error.code !== "START_FAILED" || hint === undefined) return error;
  const message = error.message.slice(error.code.length + 2);
  return new IsolationError(error.code, `${message}\n${hint}`, { cause: error.cause, facts: error.facts });
}

function hintFor(
  denied: string | undefined,
  missing: string | undefined,
  { permissions, sandbox, identity }: Confinement,
): string | undefined {
  if (permissions !== undefined && denied !== undefined) return advice(denied, "permissions.fsRead");
  if (missing === undefined) return undefined;
  if (sandbox !== undefined) return advice(missing, "sandbox.read");
  if (identity === undefined) return undefined;
  const { uid, gid } = identity;
  return `if it is there, user ${uid} (group ${gid}), of the options uid and gid, may not read ${JSON.stringify(missing)}`;
}

function advice(path: string, option: string): string {
  return `if it is there, add ${JSON.stringify(path)}, or a folder above it, to ${option}`;
}

import { findProgram } from "../platform/capabilities.files.js";
import type { Identity } from "./identity.js";

/** The identity is taken for good: no setuid program gives back what was given up. */
const FOR_GOOD = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"];

/**
 * What to put before a command, so that it runs as another user: `setpriv` of util-linux, which becomes the command.
 *
 * Unlike the `uid` of `spawn` it may stand behind what only root can do first, such as joining a cgroup.
 *
 * @param sandboxed whether the command is `bwrap`, which makes it final itself, and may have to be setuid for that
 * @returns undefined where there is no `setpriv`
 */
export function identityCommand(
  { uid, gid }: Identity,
  sandboxed: boolean,
  program = findProgram("setpriv"),
): readonly string[] | undefined {
  if (program === undefined) return undefined;
  return [program, `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...(sandboxed ? [] : FOR_GOOD), "--"];
}

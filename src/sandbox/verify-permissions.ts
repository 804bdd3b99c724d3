import { rmdirSync, statSync } from "node:fs";
import { loosening } from "./permission-loosening.js";

/** `process.permission`, with what newer Nodes have; absent where no permission flag was given. */
interface Permission {
  has(scope: string, reference?: string): boolean;
  drop?(scope: string, reference?: string): void;
}

/** What is needed to serve and given up before user code is loaded. */
const DROPPED = ["net"];

/** Runs in the child once it serves: gives up what it needed only for that. */
export function dropPermissions(denied: readonly string[], permission = ownPermission()): void {
  for (const scope of DROPPED.filter((candidate) => denied.includes(candidate))) permission?.drop?.(scope);
}

/**
 * Runs in the child before user code is loaded: everything that is wrong with the permissions, in words; empty when all
 * that was denied is denied.
 *
 * What Node says of itself is not enough: in audit mode it says "denied" and lets everything pass. So, where that does no
 * harm, the forbidden thing is tried.
 */
export function verifyPermissions(
  denied: readonly string[],
  permission = ownPermission(),
  nodeOptions = process.env.NODE_OPTIONS,
): string[] {
  if (denied.length === 0) return [];
  if (permission === undefined) return ["this Node.js runs without the permission model"];
  const flag = loosening(nodeOptions);
  return [
    ...(flag === undefined ? [] : [`NODE_OPTIONS holds ${flag}`]),
    ...denied.flatMap((entry) => {
      const { scope, path } = parse(entry);
      const held = permission.has(scope, path);
      if (held) return [`${path === undefined ? scope : `${scope} of ${path}`} is allowed`];
      return isRefused(scope, path) ? [] : [`${scope} is said to be denied, and is not`];
    }),
  ];
}

function ownPermission(): Permission | undefined {
  return (process as { permission?: Permission }).permission;
}

function parse(entry: string): { readonly scope: string; readonly path: string | undefined } {
  const end = entry.indexOf(":");
  return end === -1 ? { scope: entry, path: undefined } : { scope: entry.slice(0, end), path: entry.slice(end + 1) };
}

/** False when the attempt got past the permission model; true when it did not, or nothing was tried. */
function isRefused(scope: string, path: string | undefined): boolean {
  if (scope === "fs.read" && path !== undefined) return isDenied(() => statSync(path));
  // There is no such folder: nothing is removed, whatever the answer.
  if (scope === "fs.write" && path !== undefined) return isDenied(() => rmdirSync(path));
  if (scope === "addon") return isDenied(() => process.dlopen({ exports: {} }, ""));
  return true;
}

function isDenied(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ERR_ACCESS_DENIED" || code === "ERR_DLOPEN_DISABLED";
  }
}

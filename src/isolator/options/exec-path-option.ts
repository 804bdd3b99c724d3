import { realpathSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { IsolationError } from "../../errors/index.js";
import { findExecutable, foreignRuntime } from "../../platform/index.js";
import { aString } from "./checks.js";

/**
 * The option `execPath`. The host's own program is the default only where that is a Node.js: any other would start itself
 * again, with the application that is in it, and that once more.
 *
 * @param env the child's environment
 */
export function resolveExecPath(
  value: unknown,
  env: Readonly<Record<string, string>>,
  runtime = foreignRuntime(),
  own = process.execPath,
): string {
  const path = value === undefined ? own : aString("execPath", value);
  if (runtime === undefined) return path;
  const { description, nodeSwitch } = runtime;
  if (nodeSwitch !== undefined && env[nodeSwitch]) return path;
  if (value !== undefined && !isSameProgram(path, own, env.PATH)) return path;
  const given = value === undefined ? "is needed" : `must name another program than this one (${own})`;
  const way = nodeSwitch === undefined ? "" : `, or let this one be a Node.js with env: { ${nodeSwitch}: "1" }`;
  throw new IsolationError(
    "INVALID_OPTION",
    `execPath ${given}: this host is ${description}, which cannot run an isolate; ` +
      `give the path of a Node.js 20.19 or newer, such as \`node -p process.execPath\` prints${way}`,
  );
}

/** Links and the search path followed: Bun puts itself on the PATH as "node". */
function isSameProgram(path: string, own: string, searchPath: string | undefined): boolean {
  const isName = !isAbsolute(path) && !/[\\/]/.test(path);
  const file = isName ? findExecutable(path, searchPath) : resolve(path);
  return file !== undefined && realPath(file) === realPath(own);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

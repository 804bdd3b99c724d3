import { didYouMean, IsolationError } from "../../errors/index.js";
import { type Callee, hasMember, isClass, isContainer, memberNames } from "../../session/index.js";

/** How the manifest names the host itself. */
const HOST = "host";

/** Functions of the host that isolates may be granted: a tree of objects, whose leaves are functions. */
export type HostTargets = Readonly<Record<string, unknown>>;

/** Whether a target is the host, or a part of it. */
export function isHostTarget(target: string): boolean {
  return target === HOST || target.startsWith(`${HOST}.`);
}

/**
 * The function that a name leads to.
 *
 * @param target `host`, or a part of it such as `host.log`
 * @param method a path within that
 * @throws IsolationError METHOD_NOT_FOUND, with the closest name that there is
 */
export function hostFunction(host: HostTargets, target: string, method: string): Callee {
  const path = [...target.split(".").slice(1), ...method.split(".")];
  let container: unknown = host;
  let value: unknown = host;
  for (const [index, name] of path.entries()) {
    if (!isContainer(value) || !hasMember(value, name)) throw missing(value, path.slice(0, index + 1));
    container = value;
    value = value[name];
  }
  if (typeof value !== "function" || isClass(value)) throw missing(undefined, path);
  const callee = value;
  return (...args) => Reflect.apply(callee, container, args);
}

/** For the check of a manifest's grants: undefined where there is anything of that name, else what comes closest, for messages. */
export function missingHostTarget(host: HostTargets, target: string): string | undefined {
  let value: unknown = host;
  for (const name of target.split(".").slice(1)) {
    if (!isContainer(value)) return "";
    if (!hasMember(value, name)) return didYouMean(name, memberNames(value));
    value = value[name];
  }
  return undefined;
}

function missing(container: unknown, path: readonly string[]): IsolationError {
  const names = isContainer(container) ? memberNames(container) : [];
  const name = path.at(-1) as string;
  const hint = didYouMean(name, names);
  const message = `the host offers no function ${JSON.stringify([HOST, ...path].join("."))}${hint}`;
  return new IsolationError("METHOD_NOT_FOUND", message);
}

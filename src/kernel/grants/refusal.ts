import { IsolationError } from "../../errors/index.js";
import type { Grant, ResolvedIsolate } from "../manifest/index.js";

/** What an isolate wants to call. */
export interface Wanted {
  /** An isolate, or `host`, or a part of it such as `host.log`. */
  readonly target: string;
  /** An export path. */
  readonly method: string;
}

/**
 * Why an isolate may not call something, with the place in the manifest that would grant it; `undefined` where it may. A grant
 * of an export is one of its members, too.
 */
export function refusalOf(caller: ResolvedIsolate, { target, method }: Wanted): IsolationError | undefined {
  const grant = caller.uses.get(target);
  if (grant !== undefined && covers(grant, method)) return undefined;
  const place = caller.where(grant === undefined ? "uses" : `uses.${target}`);
  const field = `isolates.${caller.name}.uses`;
  const [name] = method.split(".");
  const message =
    grant === undefined
      ? `${caller.name} may not use ${target}: its uses in the manifest do not name it; ` +
        `${JSON.stringify(target)}: [${name}] in ${field} would grant ${method}`
      : `${caller.name} may not call ${method} of ${target}: its uses grant ${granted(grant)}; ` +
        `${name} in ${field}.${target} would grant it`;
  return new IsolationError("NOT_GRANTED", place === undefined ? message : `${message} (${place})`, {
    facts: { isolate: caller.name },
  });
}

function covers({ exports }: Grant, method: string): boolean {
  if (exports === "*") return true;
  return exports.some((name) => method === name || method.startsWith(`${name}.`));
}

function granted({ exports }: Grant): string {
  return exports === "*" ? "everything" : exports.length === 0 ? "nothing" : exports.join(", ");
}

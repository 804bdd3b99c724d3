import type { ModuleExport } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";
import type { BoundMethod, LoadedModule } from "../modules/index.js";
import type { ServiceMethod } from "./service-method.js";

/**
 * The functions of a module that implement these methods, by path. A method `Get` of a service `Store` is the member `get` or
 * `Get` of an export `store`, `Store` or `default`, or the export of that name.
 *
 * @throws IsolationError METHOD_NOT_FOUND that names every method without a function
 */
export function bindMethods(module: LoadedModule, methods: readonly ServiceMethod[]): ReadonlyMap<string, BoundMethod> {
  const callable = callablePaths(module.describe());
  const bound = new Map<string, BoundMethod>();
  const missing: ServiceMethod[] = [];
  for (const method of methods) {
    const path = candidates(method).find((candidate) => callable.has(candidate));
    if (path === undefined) missing.push(method);
    else bound.set(method.path, module.method(path));
  }
  if (missing.length > 0) throw notImplemented(module, missing, callable);
  return bound;
}

/** The export paths of a module's functions: its own, and those one step deeper. */
function callablePaths(exports: readonly ModuleExport[]): ReadonlySet<string> {
  const escaped = (name: string): string => name.replace(/[\\.]/g, "\\$&");
  return new Set(
    exports.flatMap(({ name, kind, members = [] }) => [
      ...(kind === "function" ? [escaped(name)] : []),
      ...members.map((member) => `${escaped(name)}.${escaped(member.name)}`),
    ]),
  );
}

/** The more a path says, the sooner it is taken: two services may have methods of one name. */
function candidates({ service, name }: ServiceMethod): string[] {
  const names = spellings(name);
  const owners = [...spellings(service.split(".").at(-1) ?? ""), "default"];
  return [...owners.flatMap((owner) => names.map((one) => `${owner}.${one}`)), ...names];
}

/** `GetItem`, `get_item` and `getItem` are one name. */
function spellings(name: string): string[] {
  const camel = name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const lower = camel.charAt(0).toLowerCase() + camel.slice(1);
  const upper = camel.charAt(0).toUpperCase() + camel.slice(1);
  return [...new Set([lower, upper, name])];
}

/** How many names of functions a message shows. */
const SHOWN = 10;

function notImplemented(
  module: LoadedModule,
  missing: readonly ServiceMethod[],
  callable: ReadonlySet<string>,
): IsolationError {
  const paths = missing.map(({ path }) => path.slice(1)).join(", ");
  const [{ service, name }] = missing as [ServiceMethod];
  const [method = name] = spellings(name);
  const [owner = service] = spellings(service.split(".").at(-1) ?? "");
  const has = callable.size === 0 ? "no functions" : [...callable].slice(0, SHOWN).join(", ");
  return new IsolationError(
    "METHOD_NOT_FOUND",
    `module ${module.label} does not implement ${paths}: export functions of these names, such as ${method}, or an object ${owner} that has them; it has ${has}`,
  );
}

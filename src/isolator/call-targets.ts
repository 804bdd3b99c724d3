import type { CallTarget } from "../session/index.js";
import { moduleName } from "./module-name.js";
import { aString } from "./options/index.js";

/** One object for each export that is called: sessions know what they have introduced by its identity. */
export class CallTargets {
  readonly #modules = new Map<string, Map<string, CallTarget>>();

  /** The modules that were called so far. */
  modules(): string[] {
    return [...this.#modules.keys()].map(String);
  }

  /** @throws IsolationError INVALID_OPTION for what can be no module or no export path */
  of(module: string | URL, method: string): CallTarget {
    const known = typeof module === "string" ? this.#modules.get(module)?.get(method) : undefined;
    if (known !== undefined) return known;
    // A URL object can be changed by its owner, so only its text is remembered.
    const name = moduleName(module);
    const target = { kind: "module", module: name, method: aString("method", method) } as const;
    const methods = this.#modules.get(name);
    if (methods === undefined) this.#modules.set(name, new Map([[method, target]]));
    else if (!methods.has(method)) methods.set(method, target);
    return methods?.get(method) ?? target;
  }
}

import type { CallTarget } from "../session/index.js";
import { moduleName } from "./module-name.js";
import { aString } from "./options/index.js";

/** How many targets are remembered; when there are more, all are looked up anew. */
const MAX_TARGETS = 10_000;

/** How many modules are remembered: more than anybody would load into a spare process before they are called. */
const MAX_MODULES = 1_000;

/** One object for each export that is called: sessions know what they have introduced by its identity. */
export class CallTargets {
  readonly #targets = new Map<string, Map<string, CallTarget>>();
  readonly #modules = new Set<string>();
  #size = 0;

  /** The modules that were called so far. */
  modules(): string[] {
    return [...this.#modules];
  }

  /** How many targets are remembered. */
  get size(): number {
    return this.#size;
  }

  /** @throws IsolationError INVALID_OPTION for what can be no module or no export path */
  of(module: string | URL, method: string): CallTarget {
    const known = typeof module === "string" ? this.#targets.get(module)?.get(method) : undefined;
    if (known !== undefined) return known;
    // A URL object can be changed by its owner, so only its text is remembered.
    const name = moduleName(module);
    return this.#targets.get(name)?.get(method) ?? this.#add(name, aString("method", method));
  }

  #add(module: string, method: string): CallTarget {
    if (this.#size >= MAX_TARGETS) {
      this.#targets.clear();
      this.#size = 0;
    }
    if (this.#modules.size < MAX_MODULES) this.#modules.add(module);
    const target = { kind: "module", module, method } as const;
    const methods = this.#targets.get(module);
    if (methods === undefined) this.#targets.set(module, new Map([[method, target]]));
    else methods.set(method, target);
    this.#size += 1;
    return target;
  }
}

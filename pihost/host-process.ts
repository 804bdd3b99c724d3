import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { types } from "node:util";
import type { Go, InProcessHost } from "../src/contract/index.js";
import { type CurrentCall, findBridge, offerBridge, type PihostBridge } from "../src/inside/bridge.js";
import { bridge } from "./current-call.js";
import { createOwnInstances, type ImportedModule, type ModuleNamespace } from "./modules/index.js";
import type { Surroundings } from "./surroundings.js";

/** What one isolate of this process lends to its modules. */
interface Lent {
  data: PihostBridge["data"];
  use: PihostBridge["use"];
}

/** Which isolate the running code belongs to, through every `await`. */
const isolates = new AsyncLocalStorage<Lent>();

let isShared = false;

/** The surroundings of one isolate in the process of its host. */
export interface HostProcess extends Surroundings {
  /** Runs what is the isolate's: what that starts belongs to it, too. Nothing of the caller's own context is seen there. */
  within<T>(run: () => T): T;
}

/** A process that is the host's, and may have other isolates in it. */
export function hostProcess({ from }: Pick<Go, "from">, host: InProcessHost): HostProcess {
  shareBridge();
  if (findBridge(host.realm) === undefined) offerBridge(bridge, host.realm);
  const lent: Lent = { data: undefined, use: undefined };
  const scope = isolates.run(lent, () => new AsyncResource("pihost"));
  const { importModule } = host;
  return {
    loading: {
      importModule: importModule === undefined ? createOwnInstances(from) : (url) => importBy(importModule, url),
    },
    within: (run) => scope.runInAsyncScope(run),
    offer: (offered) => void Object.assign(lent, offered),
    // The host reads what has been answered as long as it runs.
    onExit: () => {},
    exit: (code) => host.ended(code),
  };
}

/** From now on, what `process-isolation/pihost` finds is what the isolate has in which it is asked. */
function shareBridge(): void {
  if (isShared) return;
  isShared = true;
  bridge.storage ??= new AsyncLocalStorage<CurrentCall>();
  for (const name of ["data", "use"] as const) {
    const before = bridge[name];
    Object.defineProperty(bridge, name, { get: () => isolates.getStore()?.[name] ?? before });
  }
}

/** What the host's own importer gives: a namespace, or what `require` returns. */
async function importBy(importModule: (url: string) => unknown, url: string): Promise<ImportedModule> {
  const imported = await importModule(url);
  return isNamespace(imported) ? { namespace: imported } : { namespace: {}, exported: { value: imported } };
}

/** Node's own, or what a bundler or test runner makes in its place. */
function isNamespace(value: unknown): value is ModuleNamespace {
  if (types.isModuleNamespaceObject(value)) return true;
  return typeof value === "object" && value !== null && Reflect.get(value, Symbol.toStringTag) === "Module";
}

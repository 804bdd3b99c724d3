import { readFileSync } from "node:fs";
import module from "node:module";
import { createOffThreadImportGuard } from "./import-guard-off-thread.js";
import { ExpectedDigests, loadedUnchecked, otherBytes, sha256Of, wasRequiredUnchecked } from "./module-digest.js";

/**
 * Sees to it that Node runs the very bytes that were checked: a file that is exchanged between the check and the import
 * does not get through. One for a process, since Node's hooks are for all that it imports.
 */
export interface ImportGuard {
  /** From now on this file (a `file:` URL) is run with these bytes or not at all, whoever imports or requires it. */
  expect(url: string, sha256: string): void;
  /**
   * Imports a file that is expected.
   *
   * @param load Node's `import()`, or one that ends in it
   * @throws IsolationError `MODULE_FAILED` when the bytes are others, when the module had been loaded before unchecked, or
   *   when this Node cannot check what it runs; else what `load` throws
   */
  import<T>(url: string, load: (url: string) => Promise<T>): Promise<T>;
}

/** What a load hook is given and gives. */
interface LoadedSource {
  readonly source?: string | Uint8Array | null | undefined;
}

/** `module.registerHooks`, of Node 22.15 and later. */
type RegisterHooks = (hooks: {
  load(url: string, context: unknown, nextLoad: (url: string, context: unknown) => LoadedSource): LoadedSource;
}) => unknown;

export function createImportGuard(): ImportGuard {
  const { registerHooks } = module as unknown as { registerHooks?: RegisterHooks };
  return registerHooks === undefined ? createOffThreadImportGuard() : new HookedImportGuard(registerHooks);
}

class HookedImportGuard implements ImportGuard {
  readonly #expected = new ExpectedDigests();
  /** What Node was given after a check. */
  readonly #checked = new Set<string>();
  readonly #mismatches = new Map<string, Error>();

  constructor(registerHooks: RegisterHooks) {
    registerHooks({
      load: (url, context, nextLoad) => {
        const loaded = nextLoad(url, context);
        const sha256 = this.#expected.of(url);
        return sha256 === undefined ? loaded : { ...loaded, source: this.#check(url, loaded, sha256) };
      },
    });
  }

  expect(url: string, sha256: string): void {
    this.#expected.add(url, sha256);
  }

  async import<T>(url: string, load: (url: string) => Promise<T>): Promise<T> {
    if (wasRequiredUnchecked(url, this.#checked)) throw loadedUnchecked(url);
    let namespace: T;
    try {
      namespace = await load(url);
    } catch (error) {
      throw this.#mismatches.get(url) ?? error;
    }
    if (this.#checked.has(url)) return namespace;
    throw loadedUnchecked(url);
  }

  #check(url: string, { source }: LoadedSource, sha256: string): Uint8Array {
    // Where Node leaves the reading to a later step, we do it, and hand on what we have seen.
    const bytes = source instanceof Uint8Array ? source : readFileSync(new URL(url));
    const found = sha256Of(bytes);
    if (found !== sha256) {
      const mismatch = otherBytes(url, found, sha256);
      this.#mismatches.set(url, mismatch);
      throw mismatch;
    }
    this.#mismatches.delete(url);
    this.#checked.add(url);
    return bytes;
  }
}

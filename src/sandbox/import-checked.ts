import { readFileSync } from "node:fs";
import module from "node:module";
import { IsolationError } from "../errors/index.js";
import { importCheckedOffThread } from "./import-checked-off-thread.js";
import { checkIntegrity, type Integrity, loadedUnchecked } from "./integrity.js";

/** What a load hook is given and gives. */
interface LoadedSource {
  readonly source?: string | Uint8Array | null | undefined;
}

interface Hooks {
  deregister(): void;
}

/** `module.registerHooks`, of Node 22.15 and later. */
type RegisterHooks = (hooks: {
  load(url: string, context: unknown, nextLoad: (url: string, context: unknown) => LoadedSource): LoadedSource;
}) => Hooks;

/**
 * Imports a module file such that Node runs the very bytes that were checked: a file that is exchanged between the check
 * and the import does not get through. It covers that one file, not what it imports.
 *
 * @param url the `file:` URL that `load` will import
 * @param load Node's `import()`, or one that ends in it
 * @throws IsolationError `MODULE_FAILED` when the bytes are others, when the module had been loaded before unchecked, or
 *   when this Node cannot check what it runs
 */
export async function importChecked<T>(
  url: string,
  integrity: Integrity,
  load: (url: string) => Promise<T>,
): Promise<T> {
  if (!url.startsWith("file:")) {
    throw new IsolationError("MODULE_FAILED", `${url} is not a file, which integrity needs`);
  }
  const { registerHooks } = module as unknown as { registerHooks?: RegisterHooks };
  if (registerHooks === undefined) return importCheckedOffThread(url, integrity, load);
  let isChecked = false;
  let mismatch: unknown;
  const hooks = registerHooks({
    load: (asked, context, nextLoad) => {
      const loaded = nextLoad(asked, context);
      if (asked !== url) return loaded;
      // Where Node leaves the reading to a later step, we do it, and hand on what we have seen.
      const source = loaded.source instanceof Uint8Array ? loaded.source : readFileSync(new URL(url));
      try {
        checkIntegrity(url, source, integrity);
      } catch (error) {
        mismatch = error;
        throw error;
      }
      isChecked = true;
      return { ...loaded, source };
    },
  });
  try {
    const namespace = await load(url);
    if (isChecked) return namespace;
  } catch (error) {
    throw mismatch ?? error;
  } finally {
    hooks.deregister();
  }
  throw loadedUnchecked(url);
}

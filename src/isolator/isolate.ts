import type { Remote } from "../inside/index.js";
import type { OnGeneration } from "./generation-context.js";
import { ProcessIsolator } from "./isolator.js";
import { defaultLifecycle, type IsolationOptions } from "./options/index.js";

/** A module in its own process. `await using` ends the process with the scope. */
export interface Isolate<T> extends AsyncDisposable {
  /** The module's exports, each an asynchronous call. */
  readonly api: Remote<T>;
  /** The process behind it. */
  readonly isolator: ProcessIsolator;
}

/**
 * Starts a process for one module: `ProcessIsolator.create` and `load` in one. The module itself is loaded by the first
 * call in each process, unless `preload` is set.
 *
 * @param module an absolute path, a file URL, a path that starts with `./` or `../`, or a package name
 * @throws what `ProcessIsolator.create` throws
 */
export async function isolate<T>(module: string | URL, options: IsolationOptions<Remote<T>> = {}): Promise<Isolate<T>> {
  const isolator = await ProcessIsolator.create(forModule<T>(module, options));
  return { api: isolator.load<T>(module), isolator, [Symbol.asyncDispose]: () => isolator[Symbol.asyncDispose]() };
}

/** The same options, with what they say of "the module". What is no object is left for the check of all options. */
export function forModule<T>(module: string | URL, options: IsolationOptions<Remote<T>>): IsolationOptions<undefined> {
  if (typeof options !== "object" || options === null) return options;
  const { onGeneration, preload, lifecycle = defaultLifecycle(module), ...others } = options;
  return {
    ...others,
    lifecycle,
    ...(preload === undefined ? {} : { preload: preload === true ? [module] : preload }),
    ...(onGeneration === undefined ? {} : { onGeneration: bindHook(module, onGeneration) }),
  };
}

function bindHook<T>(module: string | URL, onGeneration: OnGeneration<Remote<T>>): OnGeneration<undefined> {
  if (typeof onGeneration !== "function") return onGeneration;
  return (_, context) => onGeneration(context.load<T>(module), context);
}

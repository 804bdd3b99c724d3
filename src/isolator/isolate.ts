import { ProcessIsolator } from "./isolator.js";
import type { IsolationOptions } from "./options/index.js";
import type { Remote } from "./remote-types.js";

/** A module in its own process. `await using` ends the process with the scope. */
export interface Isolate<T> extends AsyncDisposable {
  /** The module's exports, each an asynchronous call. */
  readonly api: Remote<T>;
  /** The process behind it. */
  readonly isolator: ProcessIsolator;
}

/**
 * Starts a process for one module: `ProcessIsolator.create` and `load` in one. The module itself is loaded by the first
 * call.
 *
 * @param module an absolute path, a file URL, a path that starts with `./` or `../`, or a package name
 * @throws what `ProcessIsolator.create` throws
 */
export async function isolate<T>(module: string | URL, options: IsolationOptions = {}): Promise<Isolate<T>> {
  const isolator = await ProcessIsolator.create(options);
  return { api: isolator.load<T>(module), isolator, [Symbol.asyncDispose]: () => isolator[Symbol.asyncDispose]() };
}

import { didYouMean, IsolationError } from "../errors/index.js";

/** What is said of a name that a kernel does not have, with the closest one. */
export function hasNoIsolate(kernel: string, name: unknown, names: Iterable<string>): string {
  const all = [...names];
  const hint = didYouMean(String(name), all);
  return `${kernel} has no isolate ${JSON.stringify(name)}${hint}; it has ${all.join(", ")}`;
}

export function unknownIsolate(kernel: string, name: unknown, names: Iterable<string>): IsolationError {
  return new IsolationError("INVALID_OPTION", hasNoIsolate(kernel, name, names));
}

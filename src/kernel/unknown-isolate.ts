import { didYouMean, IsolationError } from "../errors/index.js";

/** What is said of a name that a kernel does not have, with the closest one. */
export function unknownIsolate(kernel: string, name: unknown, names: Iterable<string>): IsolationError {
  const all = [...names];
  const hint = didYouMean(String(name), all);
  const message = `${kernel} has no isolate ${JSON.stringify(name)}${hint}; it has ${all.join(", ")}`;
  return new IsolationError("INVALID_OPTION", message);
}

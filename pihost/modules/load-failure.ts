import { fileURLToPath } from "node:url";
import { IsolationError } from "../../src/errors/index.js";
import { fileNotLoaded, whyHidden } from "./hidden-file.js";
import { moduleNotFound, quote } from "./module-errors.js";
import { withoutImporter } from "./native-import.js";
import { packageFolders } from "./resolve-package.js";
import { locateSyntaxError } from "./syntax-error-location.js";
import { typeScriptAdvice } from "./typescript.js";

/** What was asked for when a load failed. */
export interface LoadAttempt {
  name: string;
  url: string;
  directory: string;
}

/** Node's codes for a specifier that leads to no module. */
const NOT_FOUND = new Set([
  "ERR_INVALID_MODULE_SPECIFIER",
  "ERR_MODULE_NOT_FOUND",
  "ERR_PACKAGE_IMPORT_NOT_DEFINED",
  "ERR_PACKAGE_PATH_NOT_EXPORTED",
  "ERR_UNKNOWN_BUILTIN_MODULE",
  "ERR_UNSUPPORTED_DIR_IMPORT",
]);

/** How a module is named in messages about its members: by its file, or as `node:path`. */
export function labelOf(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}

/** The one translation of what `import()` throws. A module that is missing inside the named one is a failure of that. */
export function describeLoadFailure(error: unknown, attempt: LoadAttempt): IsolationError {
  return ownNotFound(error, attempt) ?? moduleFailed(error, attempt);
}

function ownNotFound(error: unknown, { name, url, directory }: LoadAttempt): IsolationError | undefined {
  if (!(error instanceof Error) || !NOT_FOUND.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
  const [line = ""] = error.message.split("\n", 1);
  const reason = withoutImporter(line, directory);
  if (reason === undefined) return undefined;
  if (reason.startsWith("Cannot find package")) {
    const folders = packageFolders(directory);
    const hidden = folders.map((folder) => whyHidden(folder)).find((why) => why !== "") ?? "";
    return moduleNotFound(name, directory, `${reason}; looked in ${folders.join(", ")}${hidden}`, { cause: error });
  }
  const hidden = url.startsWith("file:") ? whyHidden(fileURLToPath(url)) : "";
  return moduleNotFound(name, directory, reason + hidden, { cause: error });
}

function moduleFailed(error: unknown, { name, url, directory }: LoadAttempt): IsolationError {
  const place = error instanceof SyntaxError ? locateSyntaxError(error, url) : undefined;
  const missing = fileNotLoaded(error);
  const details = [
    describe(error),
    place && `at ${place}`,
    missing && !describe(error).includes(missing) && `(${missing})`,
    missing && whyHidden(missing),
  ]
    .filter(Boolean)
    .join(" ")
    .replaceAll(" ; ", "; ");
  const advice = typeScriptAdvice(error, url);
  const message = `module ${quote(name)} (${labelOf(url)}, from ${quote(directory)}) could not be loaded: ${details}`;
  return new IsolationError("MODULE_FAILED", advice === undefined ? message : `${message}; ${advice}`, {
    cause: error,
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${quote(error)}`;
}

import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isTypeScript } from "./file-kind.js";
import { createNativeImport, type ImportedModule, type NativeImport } from "./native-import.js";

/** Errors of Node's type stripping that name something tsx can do: enums, namespaces, packages shipped as TypeScript. */
const BEYOND_STRIPPING = new Set(["ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX", "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING"]);

/**
 * Makes an `import()` that also loads TypeScript: by Node's own type stripping where it is on, and else, or where that
 * fails, by the `tsx` of the module's own project. tsx is registered at most once, for everything loaded after.
 */
export function createTypeScriptImport(nativeImport: NativeImport): (url: string) => Promise<ImportedModule> {
  let registered: Promise<void> | undefined;
  const canUseTsx = (url: string) => url.startsWith("file:") && (registered !== undefined || hasTsx(url));

  return async function importModule(url) {
    let first: unknown;
    if (!isTypeScript(url) || loadsTypeScript() || !canUseTsx(url)) {
      try {
        return await nativeImport(url);
      } catch (error) {
        if (!mayNeedTsx(error, url) || !canUseTsx(url)) throw error;
        first = error;
      }
    }
    registered ??= registerTsx(url).catch((error: unknown) => {
      registered = undefined;
      throw error;
    });
    await registered;
    return importAgain(nativeImport, url, first);
  };
}

/** What to tell the user of a failure that tsx would have prevented; undefined if it would not. */
export function typeScriptAdvice(error: unknown, url: string): string | undefined {
  if (!url.startsWith("file:") || !mayNeedTsx(error, url)) return undefined;
  const isBeyondNode = isTypeScriptFailure(error);
  if (hasTsx(url)) return isBeyondNode ? "tsx could not take over so late; set NODE_OPTIONS=--import=tsx" : undefined;
  const install = 'install tsx in its project ("npm install --save-dev tsx")';
  if (!loadsTypeScript()) {
    return `Node.js ${process.version} does not load TypeScript: ${install}, or use Node.js >= 22.18`;
  }
  if (isBeyondNode) return `Node.js strips types and does no more: ${install}`;
  const isMissing = error instanceof Error && codeOf(error) === "ERR_MODULE_NOT_FOUND";
  return isMissing ? `Node.js finds TypeScript files by their full name only ("./x.ts"): ${install}` : undefined;
}

/**
 * Node 20 and 22 keep a failed load and answer the next import of the same URL with the same error. If that failure came
 * before any code of the module's graph had run, the URL with a fragment is the same file afresh; if code had run,
 * running it again would repeat its effects, and the failure stands.
 */
async function importAgain(nativeImport: NativeImport, url: string, first: unknown): Promise<ImportedModule> {
  try {
    return await nativeImport(url);
  } catch (second) {
    if (first === undefined || second !== first || hasRunCode(first, url)) throw second;
    return await nativeImport(`${url}#tsx`);
  }
}

/** Node strips types itself, or the process was started with a loader that has taken on `.ts` files. */
function loadsTypeScript(): boolean {
  if ((process.features as { typescript?: unknown }).typescript) return true;
  return ".ts" in (Module as unknown as { _extensions: object })._extensions;
}

function mayNeedTsx(error: unknown, url: string): boolean {
  if (isTypeScriptFailure(error)) return true;
  if (!isTypeScript(url) || !(error instanceof Error)) return false;
  // `import "./x.js"` or "./x" where the file is x.ts, an alias of tsconfig.json; decorators, which stripping leaves.
  return codeOf(error) === "ERR_MODULE_NOT_FOUND" || error.name === "SyntaxError";
}

function isTypeScriptFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (BEYOND_STRIPPING.has(codeOf(error) ?? "")) return true;
  return codeOf(error) === "ERR_UNKNOWN_FILE_EXTENSION" && /\.(?:[mc]?ts|tsx)\b/.test(error.message);
}

/**
 * Whether code of the module's graph had run before `error`: a frame is in a file of it, or CommonJS, which runs a module
 * before it meets the next, failed to compile a file other than the first.
 */
function hasRunCode(error: unknown, url: string): boolean {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  if (/^ {4}at .*(?:file:\/\/|Object\.<anonymous> \()/m.test(stack)) return true;
  const isOfFirstFile = stack.startsWith(`${url}:`) || stack.startsWith(`${fileURLToPath(url)}:`);
  return /^ {4}at .*cjs\/loader/m.test(stack) && !isOfFirstFile;
}

function codeOf(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function hasTsx(url: string): boolean {
  try {
    createRequire(url).resolve("tsx/esm/api");
    return true;
  } catch {
    return false;
  }
}

/** Both halves: one for `require`, one for `import`. By `import()`: on Node 20 the CommonJS build of tsx's API fails. */
async function registerTsx(url: string): Promise<void> {
  const importFromProject = createNativeImport(dirname(fileURLToPath(url)));
  for (const half of ["tsx/cjs/api", "tsx/esm/api"]) {
    const { namespace } = await importFromProject(half);
    (namespace as { register?: () => unknown }).register?.();
  }
}

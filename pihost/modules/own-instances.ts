import { readFileSync } from "node:fs";
import { dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { CommonJsInstances } from "./common-js-instances.js";
import { heedMarks, withMark } from "./marked-imports.js";
import { createNativeImport, type ImportedModule, type NativeImport } from "./native-import.js";
import { directoryOf } from "./resolve-module.js";
import { createTypeScriptImport } from "./typescript.js";

/** Of all isolates of this process, so that no two of them get the same instance of a module. */
let marks = 0;

/**
 * Makes an `import()` for one isolate among others in a process: each gets instances of its own of the project's modules.
 * Packages in `node_modules`, and CommonJS files that an ES module imports, are the process's, of which there is one.
 *
 * @param from where names are resolved
 */
export function createOwnInstances(from: string): (url: string) => Promise<ImportedModule> {
  marks += 1;
  const mark = marks;
  const commonJs = new CommonJsInstances();
  const nativeImport = createNativeImport(directoryOf(from));
  const importOwn: NativeImport = async (url) => {
    if (!url.startsWith("file:") || url.includes("/node_modules/")) return nativeImport(url);
    const path = fileURLToPath(url);
    if (isCommonJs(path)) return { namespace: {}, exported: { value: commonJs.load(path) } };
    heedMarks();
    return nativeImport(withMark(url, mark));
  };
  return createTypeScriptImport(importOwn);
}

/** What Node.js takes for CommonJS: by the name, else by the nearest package.json, else by what is in it. */
function isCommonJs(path: string): boolean {
  const kind = /^\.([cm])[jt]sx?$/.exec(extname(path))?.[1];
  if (kind !== undefined) return kind === "c";
  const type = packageType(dirname(path));
  return type === undefined ? !hasModuleSyntax(path) : type !== "module";
}

function packageType(directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    try {
      const { type } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { type?: unknown };
      return typeof type === "string" ? type : undefined;
    } catch {
      // None here, or one that Node.js complains of itself.
    }
    if (folder === dirname(folder)) return undefined;
  }
}

const MODULE_SYNTAX =
  /^\s*(?:import\b\s*(?:[\w*{"'])|export\b\s*(?:[*{]|default\b|async\b|function\b|const\b|let\b|var\b|class\b))/m;

function hasModuleSyntax(path: string): boolean {
  try {
    return MODULE_SYNTAX.test(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}

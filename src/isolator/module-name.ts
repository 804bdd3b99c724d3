import { invalidOption } from "../errors/index.js";

/** A module as it travels: a path, a package name or a file URL. */
export function moduleName(module: string | URL): string {
  if (module instanceof URL) {
    if (module.protocol === "file:") return module.href;
    throw invalidOption("module", "a path, a package name or a file URL", module.href);
  }
  if (typeof module === "string" && module !== "" && !module.includes("\0")) return module;
  throw invalidOption("module", "a path, a package name or a file URL", module);
}

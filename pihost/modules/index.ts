export type { BoundMethod, LoadedModule } from "./loaded-module.js";
export { MARK } from "./marked-imports.js";
export { createModuleLoader, type ModuleLoader, type ModuleLoaderOptions } from "./module-loader.js";
export type { ImportedModule, ModuleNamespace } from "./native-import.js";
export { createOwnInstances } from "./own-instances.js";

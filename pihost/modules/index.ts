export type { BoundMethod, LoadedModule } from "./loaded-module.js";
export { createModuleLoader, type ModuleLoader, type ModuleLoaderOptions } from "./module-loader.js";

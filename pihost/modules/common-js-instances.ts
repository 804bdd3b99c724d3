import Module from "node:module";

/** What `Module` has, and its types have not. */
interface ModuleClass {
  new (id: string, parent?: Module): Module & { load(filename: string): void };
  _resolveFilename(request: string, parent: Module): string;
}

const { _resolveFilename: resolveFilename } = Module as unknown as ModuleClass;

/** A cache of CommonJS modules beside Node's own. What is in `node_modules`, and Node's own modules, stay in that. */
export class CommonJsInstances {
  readonly #modules = new Map<string, Module>();

  /** What a file exports, which is run the first time. One that throws is run again the next time. */
  load(filename: string, parent?: Module): unknown {
    const known = this.#modules.get(filename);
    if (known !== undefined) return known.exports;
    const module = this.#create(filename, parent);
    this.#modules.set(filename, module);
    try {
      module.load(filename);
      return module.exports;
    } catch (error) {
      this.#modules.delete(filename);
      throw error;
    }
  }

  #create(filename: string, parent: Module | undefined): Module & { load(filename: string): void } {
    const module = new (Module as unknown as ModuleClass)(filename, parent);
    // What the `require` of a module ends in.
    module.require = ((request: string) => {
      const resolved = resolveFilename(request, module);
      const isOwn = resolved.startsWith("/") || /^[A-Za-z]:\\/.test(resolved);
      if (isOwn && !/[\\/]node_modules[\\/]/.test(resolved)) return this.load(resolved, module);
      return Module.prototype.require.call(module, request);
    }) as NodeJS.Require;
    return module;
  }
}

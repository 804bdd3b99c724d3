import { inspect } from "node:util";
import { IsolationError, type IsolationErrorCode } from "../src/errors/index.js";
import type { LoadedModule } from "./modules/index.js";

/** The modules whose exports `start()` and `stop()` are their own, for this process to call. */
export class ModuleLifecycle {
  readonly #names: true | readonly string[];
  readonly #urlOf: (name: string) => string | undefined;
  /** Of those names, once a module has been loaded. */
  #urls: ReadonlySet<string> | undefined;
  readonly #starts = new Map<string, Promise<void>>();
  /** Those that have started, in this order. */
  readonly #started: LoadedModule[] = [];

  /** @param names of the modules, as calls name them; true for every module */
  constructor(names: true | readonly string[], urlOf: (name: string) => string | undefined) {
    this.#names = names;
    this.#urlOf = urlOf;
  }

  /**
   * Runs the module's `start()`, once; `undefined` when there is nothing to wait for. One that fails is forgotten, and runs
   * again when the module is wanted again.
   *
   * @param code of the error that it rejects with
   */
  start(module: LoadedModule, code: IsolationErrorCode = "MODULE_FAILED"): Promise<void> | undefined {
    if (!this.#owns(module)) return undefined;
    const known = this.#starts.get(module.url);
    if (known !== undefined) return known;
    const start = module.hook("start");
    if (start === undefined && module.hook("stop") === undefined) return undefined;
    const starting = this.#run(module, start, code);
    this.#starts.set(module.url, starting);
    starting.catch(() => this.#starts.delete(module.url));
    return starting;
  }

  /** Runs `stop()` of every module that has started, the last one first. Never rejects: what fails is said on stderr. */
  async stop(): Promise<void> {
    for (const module of this.#started.splice(0).reverse()) {
      try {
        await module.hook("stop")?.();
      } catch (error) {
        process.stderr.write(`pihost: stop() of ${module.label} failed: ${inspect(error)}\n`);
      }
    }
  }

  #owns({ url }: LoadedModule): boolean {
    if (this.#names === true) return true;
    this.#urls ??= new Set(this.#names.flatMap((name) => this.#urlOf(name) ?? []));
    return this.#urls.has(url);
  }

  async #run(module: LoadedModule, start: (() => unknown) | undefined, code: IsolationErrorCode): Promise<void> {
    try {
      await start?.();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new IsolationError(code, `start() of ${module.label} failed: ${why}`, { cause: error });
    }
    this.#started.push(module);
  }
}

import { inspect } from "node:util";
import { IsolationError, type IsolationErrorCode } from "../src/errors/index.js";
import type { LoadedModule } from "./modules/index.js";

/** The modules whose exports `start()` and `stop()` are their own, for this process to call. */
export class ModuleLifecycle {
  #isOfAll = false;
  readonly #urls = new Set<string>();
  readonly #starts = new Map<string, Promise<void>>();
  /** Those that have started, in this order. */
  readonly #started: LoadedModule[] = [];

  /** Says whose they are: of every module, or of those with these URLs. */
  include(urls: true | Iterable<string>): void {
    if (urls === true) this.#isOfAll = true;
    else for (const url of urls) this.#urls.add(url);
  }

  /**
   * Runs the module's `start()`, once; `undefined` when there is nothing to wait for. One that fails is forgotten, and runs
   * again when the module is wanted again.
   *
   * @param code of the error that it rejects with
   */
  start(module: LoadedModule, code: IsolationErrorCode = "MODULE_FAILED"): Promise<void> | undefined {
    if (!this.#isOfAll && !this.#urls.has(module.url)) return undefined;
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

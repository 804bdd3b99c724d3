import { type FSWatcher, watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import { IsolationError } from "../../errors/index.js";
import type { KernelRuntime } from "../../kernel/runtime.js";
import { importedFiles } from "./imported-files.js";
import type { UpView } from "./up-view.js";

/** Editors write a file in several steps; several files are saved at once. Milliseconds. */
const SETTLE_MS = 150;

/** Replaces isolates when their files change; the result ends that. */
export function watchModules(runtime: KernelRuntime, view: Pick<UpView, "note">): () => void {
  const watching = new ModuleWatch(runtime, view);
  watching.look();
  return () => watching.close();
}

class ModuleWatch {
  readonly #runtime: KernelRuntime;
  readonly #view: Pick<UpView, "note">;
  /** Folders, since editors put another file in the place of one. */
  readonly #watchers = new Map<string, FSWatcher>();
  /** By isolate. */
  #files = new Map<string, ReadonlySet<string>>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(runtime: KernelRuntime, view: Pick<UpView, "note">) {
    this.#runtime = runtime;
    this.#view = view;
  }

  /** Finds what there is to watch. */
  look(): void {
    const { folder, file: manifest } = this.#runtime.manifest;
    this.#files = new Map(this.#runtime.list().map(({ name, module }) => [name, importedFiles(module, folder)]));
    const files = [...this.#files.values()].flatMap((each) => [...each]);
    const folders = new Set((manifest === undefined ? files : [...files, manifest]).map((file) => dirname(file)));
    for (const path of folders) if (!this.#watchers.has(path)) this.#watch(path);
    for (const [path, watcher] of this.#watchers) {
      if (folders.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #watch(path: string): void {
    try {
      const watcher = watch(path, { persistent: false }, (_, file) => {
        if (file !== null) this.#touched(join(path, file));
      });
      watcher.on("error", () => watcher.close());
      this.#watchers.set(path, watcher);
    } catch (error) {
      this.#view.note(`${path} cannot be watched: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #touched(file: string): void {
    const isManifest = file === this.#runtime.manifest.file;
    if (!isManifest && ![...this.#files.values()].some((files) => files.has(file))) return;
    this.#changed.add(file);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const changed = new Set(this.#changed);
      this.#changed.clear();
      this.#work = this.#work.then(() => this.#replaceAll(changed));
    }, SETTLE_MS);
  }

  async #replaceAll(changed: ReadonlySet<string>): Promise<void> {
    const { file } = this.#runtime.manifest;
    if (file !== undefined && changed.has(file))
      this.#view.note(`${basename(file)} was changed: what it says now counts from the next start of the kernel`);
    const names = [...this.#files].filter(([, files]) => [...files].some((file) => changed.has(file)));
    await Promise.all(names.map(([name]) => this.#replace(name)));
    this.look();
  }

  async #replace(name: string): Promise<void> {
    const { byHand } = this.#runtime;
    const unit = this.#runtime.unit(name);
    const { isDown, module } = unit;
    try {
      if (byHand.wantsDown(name)) return;
      if (isDown) await byHand.start(name);
      else await byHand.replace(name, module);
    } catch (error) {
      const why = IsolationError.is(error) ? error.message : String(error);
      const after = unit.isDown ? "it stays down" : "the present version goes on";
      this.#view.note(`${name} was changed, and cannot be started as it is now; ${after}. ${why}`);
    }
  }
}

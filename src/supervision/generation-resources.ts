import { dirname, join } from "node:path";
import {
  foreignRuntime,
  type HandedListener,
  handedListener,
  hostReaper,
  type ReaperOnNode,
} from "../platform/index.js";
import type { ProcessSpec } from "../process/index.js";
import { confine, type HandedExecutable, handExecutable, isConfined } from "../sandbox/index.js";
import type { SharedMemory } from "../session/index.js";
import type { GenerationSpec } from "./generation.js";
import { GenerationDiagnostics } from "./generation-diagnostics.js";
import { GenerationFolders } from "./generation-folders.js";

/** The descriptor after those that every process gets. */
const FIRST_INHERITED = 5;

/** How one process is started with what it was provided with. */
export interface GenerationLaunch {
  /** Where the process serves; empty where it has no socket. */
  readonly address: string;
  readonly sharedMemory: SharedMemory | undefined;
  /** The descriptor of the socket that it serves on; 0 where it makes its own. */
  readonly listeningDescriptor: number;
  readonly deniedPermissions: readonly string[];
  /** What of the process's own start depends on it. */
  readonly process: Pick<ProcessSpec, "argv" | "inherits" | "execArgv" | "confined">;
}

/** What the host holds for one process: its folders, its way to the executable, its socket, its place for diagnostics. */
export class GenerationResources {
  readonly #spec: GenerationSpec;
  readonly #serial: number;
  #folders: GenerationFolders | undefined;
  #diagnostics: GenerationDiagnostics | undefined;
  #handed: HandedExecutable | undefined;
  #listener: HandedListener | undefined;
  #freeReaper = (): void => {};

  constructor(spec: GenerationSpec, serial: number) {
    this.#spec = spec;
    this.#serial = serial;
  }

  /** Call it once. When it throws, what it had acquired until then is still held. */
  async acquire(): Promise<GenerationLaunch> {
    const { isolate, isolatorId, confinement, diagnostics, process: spec } = this.#spec;
    const { identity, sandbox } = confinement;
    this.#freeReaper = hostReaper().hold("process");
    const executable = dirname(spec.argv[0] ?? "");
    hostReaper().prepare(reaperOnNode(spec.execPath, executable));
    const folders = new GenerationFolders(isolatorId, this.#serial, identity === undefined);
    this.#folders = folders;
    const handed = handExecutable(executable, spec.execPath, identity, sandbox !== undefined);
    this.#handed = handed;
    const { script } = handed;
    if (diagnostics !== undefined) {
      this.#diagnostics = new GenerationDiagnostics(sandbox, diagnostics, {
        isolate,
        isolatorId,
        serial: this.#serial,
        identity,
      });
    }
    const confined = confine(confinement, spec, {
      executable,
      readable: folders.sharedMemory === undefined ? [] : [folders.sharedMemory.folder],
      diagnostics: this.#diagnostics?.folder.path,
      shared: folders.shared,
    });
    // Who is confined may write into none of the host's folders: what lies there is bounded by nothing.
    const listens = isConfined(confinement) && folders.address !== "";
    this.#listener = listens ? await handedListener(folders.address) : undefined;
    return {
      address: folders.address,
      sharedMemory: folders.sharedMemory,
      listeningDescriptor: this.#listener === undefined ? 0 : FIRST_INHERITED,
      deniedPermissions: confined.denied,
      process: {
        argv: script === undefined ? spec.argv : [script, ...spec.argv.slice(1)],
        inherits: this.#listener === undefined ? handed.descriptors : [this.#listener.descriptor],
        execArgv: [...handed.execArgv, ...(this.#diagnostics?.folder.execArgv ?? []), ...confined.execArgv],
        confined,
      },
    };
  }

  /** Closes the descriptors that are there to be inherited. */
  closeDescriptors(): void {
    this.#listener?.close();
    this.#handed?.close();
  }

  /** Holds the diagnostics of a process that writes them inside a sandbox. */
  async holdDiagnostics(innerPid: number | undefined): Promise<void> {
    await this.#diagnostics?.hold(innerPid);
  }

  /** The process has ended. Resolves with the diagnostic files that it has left. */
  async collect(): Promise<readonly string[]> {
    void this.#folders?.remove();
    return (await this.#diagnostics?.collect()) ?? [];
  }

  /** Nothing of the process is left that could write into its folders. */
  async release(): Promise<void> {
    try {
      await Promise.all([this.#folders?.remove(), this.#diagnostics?.close()]);
    } finally {
      this.#freeReaper();
    }
  }
}

/** The host's own Node.js, as far as it is one. */
function reaperOnNode(execPath: string, executable: string): ReaperOnNode {
  const script = join(executable, "reaper.cjs");
  return { execPath: foreignRuntime() === undefined ? process.execPath : execPath, script };
}

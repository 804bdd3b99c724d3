import { join } from "node:path";
import {
  foreignRuntime,
  type HandedListener,
  handedListener,
  hostReaper,
  type ReaperOnNode,
} from "../platform/index.js";
import type { Inspection, ProcessSpec } from "../process/index.js";
import { confine, type HandedExecutable, handExecutable, isConfined } from "../sandbox/index.js";
import type { SharedMemory } from "../session/index.js";
import type { GenerationSpec } from "./generation.js";
import { GenerationDiagnostics } from "./generation-diagnostics.js";
import { GenerationFolders } from "./generation-folders.js";

/** The descriptor after those that every process gets. */
const FIRST_INHERITED = 5;

/** The ways to a process beside its descriptors. */
export interface ProvidedWays {
  /** Where the process serves; empty where it has no socket. */
  readonly address: string;
  readonly sharedMemory: SharedMemory | undefined;
  /** The descriptor of the socket that it serves on; 0 where it makes its own. */
  readonly listeningDescriptor: number;
}

/** How one process is started with what it was provided with. */
export interface GenerationLaunch {
  /** Makes what the process is to have, once its hello has asked for it. Call it once. */
  provide(asked: { readonly socket: boolean; readonly sharedMemory: boolean }): ProvidedWays;
  readonly deniedPermissions: readonly string[];
  /** What of the process's own start depends on it. */
  readonly process: Pick<ProcessSpec, "argv" | "inherits" | "execArgv" | "confined">;
}

/** What the host holds for one process: its folders, its way to the executable, its socket, its place for diagnostics. */
export class GenerationResources {
  readonly #spec: GenerationSpec;
  readonly #serial: number;
  readonly #isInspected: boolean;
  #folders: GenerationFolders | undefined;
  #diagnostics: GenerationDiagnostics | undefined;
  #handed: HandedExecutable | undefined;
  #listener: HandedListener | undefined;
  #freeReaper = (): void => {};

  constructor(spec: GenerationSpec, serial: number, inspection: Inspection) {
    this.#spec = spec;
    this.#isInspected = inspection !== "off";
    this.#serial = serial;
  }

  /** Call it once. When it throws, what it had acquired until then is still held. */
  async acquire(): Promise<GenerationLaunch> {
    const { isolate, isolatorId, confinement, diagnostics, process: spec } = this.#spec;
    const { identity, sandbox } = confinement;
    this.#freeReaper = hostReaper().hold("process");
    const isNode = this.#spec.runtime === "node";
    const { pihostFolder } = this.#spec;
    if (this.#spec.runtime !== "in-process")
      hostReaper().prepare(reaperOnNode(isNode ? spec.execPath : "node", pihostFolder));
    const folders = new GenerationFolders(isolatorId, this.#serial, identity === undefined);
    this.#folders = folders;
    // Any other executable is reached by its path, or not at all.
    const handed = isNode ? handExecutable(pihostFolder, spec.execPath, identity, sandbox !== undefined) : undefined;
    this.#handed = handed;
    const script = handed?.script;
    if (diagnostics !== undefined) {
      this.#diagnostics = new GenerationDiagnostics(sandbox, diagnostics, {
        isolate,
        isolatorId,
        serial: this.#serial,
        identity,
      });
    }
    // What is mounted, or is listened at, has to be there before the process is.
    const isEarly = isNode || isConfined(confinement);
    const early = isEarly ? { address: folders.socket(), sharedMemory: folders.sharedMemory() } : undefined;
    const confined = confine(confinement, spec, {
      executable: isNode ? pihostFolder : this.#spec.runtimeFolder,
      readable: early?.sharedMemory === undefined ? [] : [early.sharedMemory.folder],
      diagnostics: this.#diagnostics?.folder.path,
      shared: folders.shared,
    });
    // Who is confined may write into none of the host's folders: what lies there is bounded by nothing.
    const listens = isConfined(confinement) && early !== undefined && early.address !== "";
    const listener = listens ? await handedListener(early.address) : undefined;
    this.#listener = listener;
    const titled = isNode && this.#isInspected && script === undefined ? titledStart(spec.argv) : undefined;
    return {
      provide: (asked) => ({
        address: asked.socket ? folders.socket() : "",
        sharedMemory: asked.sharedMemory ? folders.sharedMemory() : undefined,
        listeningDescriptor: listener === undefined || !asked.socket ? 0 : FIRST_INHERITED,
      }),
      deniedPermissions: confined.denied,
      process: {
        argv: titled?.argv ?? (script === undefined ? spec.argv : [script, ...spec.argv.slice(1)]),
        inherits: listener === undefined ? (handed?.descriptors ?? []) : [listener.descriptor],
        execArgv: [
          ...(handed?.execArgv ?? []),
          ...(this.#diagnostics?.folder.execArgv ?? []),
          ...confined.execArgv,
          ...(titled?.execArgv ?? []),
        ],
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

/** Debuggers show the first argument of a process as its title: so it is the isolate's name, and the script is loaded beside. */
function titledStart([script, ...args]: readonly string[]): { argv: readonly string[]; execArgv: readonly string[] } {
  // In two parts: in a bundle, a call of this name is one that was forgotten there.
  const load = ["require", `(${JSON.stringify(script)})`].join("");
  return { argv: args, execArgv: ["--eval", load] };
}

/** The host's own Node.js, as far as it is one. */
function reaperOnNode(execPath: string, executable: string): ReaperOnNode {
  const script = join(executable, "reaper.cjs");
  return { execPath: foreignRuntime() === undefined ? process.execPath : execPath, script };
}

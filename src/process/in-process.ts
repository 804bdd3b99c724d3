import { createRequire } from "node:module";
import type { Duplex } from "node:stream";
import type { InProcessPihost, StartInProcess } from "../contract/index.js";
import type { HostProcess, Lifeline, ProcessExit, ProcessSpec } from "./host-process.js";
import { createMemoryDuplexes } from "./memory-duplex.js";

export interface InProcessOptions {
  /** The file of the executable that exports `startInProcess`. */
  readonly executable: string;
  /** How modules are imported, by their URLs; undefined for a fresh instance of each, by Node.js itself. */
  readonly importModule: ((url: string) => unknown) | undefined;
}

/** Runs the pihost in this process, for tests of the modules that it runs. Nothing of `spec` is needed for that. */
export async function startInProcess(options: InProcessOptions, _spec: ProcessSpec): Promise<HostProcess> {
  return new InProcess(options);
}

/** What the supervision of a process asks for, of one that is the host itself: it "ends" by ending nothing but the pihost in it. */
class InProcess implements HostProcess {
  readonly pid = process.pid;
  readonly startedAt = performance.now();
  readonly lifeline: Lifeline;
  readonly sessionSocket: Duplex;
  readonly ended: Promise<ProcessExit>;
  readonly exited: Promise<ProcessExit>;
  readonly gone: Promise<void>;
  readonly #pihost: InProcessPihost;
  #isOver = false;
  #onLine: ((line: string) => void) | undefined;
  #unheard: string[] = [];
  #end: (exit: ProcessExit) => void = () => {};

  constructor({ executable, importModule }: InProcessOptions) {
    const [ours, theirs] = createMemoryDuplexes();
    this.sessionSocket = ours;
    // By its path, at run time: nobody else has the executable in its memory.
    const { startInProcess: start } = createRequire(executable)(executable) as { startInProcess: StartInProcess };
    this.#pihost = start({
      session: theirs,
      realm: globalThis,
      importModule,
      say: (line) => this.#hear(line),
      ended: (code) => this.#finish({ code, signal: null }),
    });
    this.lifeline = {
      send: (line) => this.#pihost.hear(line),
      onLine: (listener) => {
        this.#onLine = listener;
        const unheard = this.#unheard.splice(0);
        queueMicrotask(() => {
          for (const line of unheard) listener(line);
        });
      },
      onBreach: () => {},
      close: () => {
        this.#onLine = () => {};
      },
    };
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.exited = this.ended;
    this.gone = this.ended.then(() => {});
  }

  get innerPid(): number | undefined {
    return this.#isOver ? undefined : this.pid;
  }

  markReady(): void {}

  limitVerdict(): undefined {}

  heapIsFull(): boolean {
    return false;
  }

  /** What modules write goes where the host's own output goes. */
  stderrTail(): string {
    return "";
  }

  signal(signal: NodeJS.Signals): boolean {
    if (this.#isOver) return false;
    this.#finish({ code: null, signal });
    return true;
  }

  async killTree(signal: NodeJS.Signals): Promise<boolean> {
    this.signal(signal);
    return true;
  }

  #hear(line: string): void {
    const text = line.trimEnd();
    if (this.#onLine === undefined) this.#unheard.push(text);
    else this.#onLine(text);
  }

  #finish(exit: ProcessExit): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pihost.abandon();
    this.sessionSocket.destroy();
    this.#end(exit);
  }
}

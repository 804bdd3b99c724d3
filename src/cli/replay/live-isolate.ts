import { type ProcessIsolator, startExtended } from "../../isolator/index.js";
import type { RecordedTarget, RecordHeader } from "../../recording/index.js";
import { judgeByBudget, RestartBudget, toServed } from "../../supervision/index.js";
import { LiveExits } from "./live-exits.js";
import type { LineOf } from "./recorded-events.js";
import type { RecordedHost } from "./recorded-host.js";
import type { ReplayOptions } from "./replay-options.js";

/** How often a module that dies is started again: as often as the record has it, and no process bomb. */
const RESTARTS = { maxRestarts: 1_000, withinMs: 60_000, backoff: { initialMs: 0, maxMs: 0, factor: 1, jitter: 0 } };

/** The isolate in which a record runs again. */
export class LiveIsolate {
  readonly exits: LiveExits;
  readonly #isolator: ProcessIsolator;
  /** What is called in the place of the recorded modules. */
  readonly #module: string | undefined;
  /** The processes that live in the record. */
  readonly #recorded = new Set<number>();

  private constructor(isolator: ProcessIsolator, exits: LiveExits, module: string | undefined) {
    this.#isolator = isolator;
    this.exits = exits;
    this.#module = module;
  }

  /** @param onExited told when a process has ended, and its isolator knows */
  static async start(
    { isolate, lifecycle }: RecordHeader,
    { module, from }: ReplayOptions,
    host: RecordedHost,
    onExited: () => void,
  ): Promise<LiveIsolate> {
    const exits = new LiveExits();
    const isReplaced = module !== undefined && lifecycle !== true && lifecycle.length > 0;
    const { isolator } = await startExtended(
      { name: isolate, from, lifecycle: isReplaced ? [module] : lifecycle, stdout: "ignore", stderr: "inherit" },
      {
        listen: (events) => {
          exits.listen(events);
          // Its state follows.
          events.on("exited", () => setImmediate(onExited));
        },
        serve: (name, method) => toServed((args) => host.answer(`${name}#${method}`, args)),
        judge: judgeByBudget(new RestartBudget(RESTARTS)),
        prepare: () => undefined,
        prepareLoaded: () => undefined,
      },
      () => {},
    );
    return new LiveIsolate(isolator, exits, module);
  }

  get isReady(): boolean {
    return this.#isolator.state === "ready";
  }

  /** Calls an export of a module. */
  call(
    { module, method }: Extract<RecordedTarget, { readonly module: string }>,
    args: readonly unknown[],
    options: { readonly signal: AbortSignal; readonly trace?: Readonly<Record<string, string>> },
  ): Promise<unknown> {
    return this.#isolator.invoke(this.#module ?? module, method, args, options);
  }

  async setData(name: string, value: unknown): Promise<void> {
    await this.#isolator.setData(name, value);
  }

  /** A process of the record begins. One that takes over from another that lives has replaced it; a spare takes over by itself. */
  async began({ process, generation }: LineOf<"process">): Promise<void> {
    const replaces = this.#recorded.size > 0 && generation > 0;
    this.#recorded.add(process);
    if (replaces) await this.#isolator.recycle();
  }

  /** A process of the record has ended. */
  ended(process: number): void {
    this.#recorded.delete(process);
  }

  async terminate(): Promise<void> {
    await this.#isolator.terminate();
  }
}

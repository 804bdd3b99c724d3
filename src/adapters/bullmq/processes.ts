import type { IsolationError } from "../../errors/index.js";
import { ProcessIsolator } from "../../isolator/index.js";
import type { ResolvedProcessor } from "./options.js";

const JOBS = "pihost:job";

/** A job that runs in one of the processes. */
export interface RunningJob {
  readonly result: Promise<unknown>;
  /** Kills the process, and what it has started. */
  kill(): void;
}

/** The processes of a processor. */
export class Processes {
  readonly #options: ResolvedProcessor;
  readonly #free: ProcessIsolator[] = [];
  readonly #all = new Set<ProcessIsolator>();
  #failedStarts = 0;
  #mayStartAt = 0;
  constructor(options: ResolvedProcessor) {
    this.#options = options;
  }

  run(args: readonly unknown[], onLost: (error: IsolationError) => unknown): RunningJob {
    let isolator: ProcessIsolator | undefined;
    let killed = false;
    const result = (async () => {
      isolator = this.#free.pop() ?? (await this.#start());
      if (killed) void isolator.terminate();
      try {
        return await isolator.invoke(JOBS, "run", args);
      } finally {
        if (isolator.state !== "stopped" && isolator.state !== "stopping") this.#free.push(isolator);
        else this.#all.delete(isolator);
      }
    })();
    void onLost;
    return {
      result,
      kill: () => {
        killed = true;
        void isolator?.terminate();
      },
    };
  }

  async #start(): Promise<ProcessIsolator> {
    const wait = this.#mayStartAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      const isolator = await ProcessIsolator.create(this.#options.isolation);
      this.#failedStarts = 0;
      this.#all.add(isolator);
      return isolator;
    } catch (error) {
      this.#failedStarts += 1;
      this.#mayStartAt = performance.now() + Math.min(5_000, 100 * 2 ** this.#failedStarts);
      throw error;
    }
  }

  async shutdown(graceMs?: number): Promise<void> {
    await Promise.all([...this.#all].map((isolator) => isolator.shutdown(graceMs === undefined ? {} : { graceMs })));
  }
}

import { JOB_MODULE } from "../../contract/index.js";
import { ProcessIsolator } from "../../isolator/index.js";
import type { ResolvedProcessor } from "./options.js";
import type { CancelIn, RunningJobs } from "./running-jobs.js";
import { keep } from "../../inside/index.js";

/** The processes of a processor. */
export class Processes {
  readonly #options: ResolvedProcessor;
  readonly #jobs: RunningJobs;
  readonly #free: ProcessIsolator[] = [];
  readonly #all = new Set<ProcessIsolator>();
  constructor(options: ResolvedProcessor, jobs: RunningJobs) {
    this.#options = options;
    this.#jobs = jobs;
  }

  async run(args: readonly unknown[], killed: AbortSignal | undefined): Promise<unknown> {
    const isolator = this.#free.pop() ?? (await this.#start());
    const kill = () => void isolator.terminate();
    killed?.addEventListener("abort", kill);
    try {
      return await isolator.invoke(JOB_MODULE, "run", args);
    } finally {
      killed?.removeEventListener("abort", kill);
      if (isolator.state !== "stopped" && isolator.state !== "stopping") this.#free.push(isolator);
      else this.#all.delete(isolator);
    }
  }

  async #start(): Promise<ProcessIsolator> {
    const jobs = this.#jobs;
    const ask = keep((key: string, method: string, args: readonly unknown[]) => jobs.ask(key, method, args));
    const isolator = await ProcessIsolator.create({
      ...this.#options.isolation,
      onGeneration: async (_, context) => {
        const cancel = await context.invoke<CancelIn>(JOB_MODULE, "open", [ask, jobs.cancelled(), null]);
        jobs.opened(context.pid, cancel);
      },
    });
    isolator.events.on("exited", ({ pid }) => jobs.closed(pid));
    this.#all.add(isolator);
    return isolator;
  }

  async shutdown(graceMs?: number): Promise<void> {
    await Promise.all([...this.#all].map((isolator) => isolator.shutdown(graceMs === undefined ? {} : { graceMs })));
  }
}

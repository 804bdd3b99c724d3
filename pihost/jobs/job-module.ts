import { IsolationError } from "../../src/errors/index.js";
import { remote } from "../../src/inside/marks.js";
import type { Callee } from "../../src/session/index.js";
import type { LoadedModule } from "../modules/index.js";
import { Cancellation } from "./cancellation.js";
import { type AskHost, HostCalls } from "./host-calls.js";
import { createJob, type JobFacts } from "./job.js";
import { findProcessor, type Processor } from "./processor.js";
import { toThrowable } from "./thrown.js";

/** What `run` gives where the module has no processor that could run: the error is nothing that the job has thrown. */
interface Broken {
  readonly broken: unknown;
}

/** The module `pihost:job`, by which the process runs jobs of a queue. */
export class JobModule {
  readonly #load: (name: string) => Promise<LoadedModule>;
  readonly #cancellation = new Cancellation();
  readonly #methods: ReadonlyMap<string, Callee>;
  #ask: AskHost = () => Promise.reject(notOpened());
  #find: () => Promise<Processor> = () => Promise.reject(notOpened());
  #processor: Processor | undefined;

  /** @param load loads a module and runs its `start()` */
  constructor(load: (name: string) => Promise<LoadedModule>) {
    this.#load = load;
    this.#methods = new Map<string, Callee>([
      ["open", (...args) => this.#open(...(args as OpenArguments))],
      ["run", (facts, key, id) => this.#run(String(facts), String(key), Number(id))],
    ]);
  }

  /** @throws IsolationError METHOD_NOT_FOUND */
  method(name: string): Callee {
    const found = this.#methods.get(name);
    if (found !== undefined) return found;
    const known = [...this.#methods.keys()].join(", ");
    throw new IsolationError("METHOD_NOT_FOUND", `pihost:job has no method ${JSON.stringify(name)}; it has ${known}`);
  }

  /** The host says what runs the jobs, lends what their methods call, and gets what cancels a job. */
  #open(...[ask, module, method, isWarm, cancelled]: OpenArguments): object {
    this.#ask = ask;
    this.#find = async () => findProcessor(await this.#load(module), method ?? undefined);
    for (const [id, reason] of cancelled) this.#cancellation.cancel(id, reason);
    // What fails is told when it is needed.
    if (isWarm) this.#load(module).catch(() => {});
    return remote((id: number, reason: unknown) => this.#cancellation.cancel(id, reason));
  }

  /**
   * Runs a job: gives what the processor returned, as JSON, because that is what a queue keeps; `undefined` for nothing.
   * Rejects with what the processor threw.
   *
   * @param key by this the host knows whose methods are called; no other process knows it
   * @param id by this the host cancels the job
   */
  async #run(facts: string, key: string, id: number): Promise<string | Broken | undefined> {
    try {
      this.#processor ??= await this.#find();
    } catch (error) {
      return { broken: error };
    }
    const job = JSON.parse(facts) as JobFacts;
    const calls = new HostCalls(this.#ask, key);
    try {
      const signal = this.#cancellation.begin(id);
      return JSON.stringify(await this.#processor(createJob(job, calls), job.token, signal));
    } catch (error) {
      throw toThrowable(error);
    } finally {
      this.#cancellation.end(id);
      if (calls.arePending) await calls.settled();
    }
  }
}

type OpenArguments = [
  ask: AskHost,
  module: string,
  /** The export that runs the jobs; null for the default one. */
  method: string | null,
  /** Whether the module is loaded before there is a job. */
  isWarm: boolean,
  /** Jobs that are cancelled already, and may yet come here. */
  cancelled: readonly [number, unknown][],
];

function notOpened(): IsolationError {
  return new IsolationError("STOPPED", "nobody has opened this process for jobs");
}

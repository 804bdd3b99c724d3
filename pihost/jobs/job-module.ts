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

/** What `run` is called with. */
type RunArguments = [
  module: string,
  /** The export that runs the job; null for the default one. */
  method: string | null,
  facts: JobFacts,
  /** By this the host knows whose methods are called; no other process knows it. */
  key: string,
  /** By this the host cancels the job. */
  id: number,
  token: string | null,
];

/** The module `pihost:job`, by which the process runs jobs of a queue. */
export class JobModule {
  readonly #load: (name: string) => Promise<LoadedModule>;
  readonly #cancellation = new Cancellation();
  readonly #methods: ReadonlyMap<string, Callee>;
  readonly #processors = new Map<string, Processor>();
  #ask: AskHost = () => Promise.reject(new IsolationError("STOPPED", "nobody has opened this process for jobs"));

  /** @param load loads a module and runs its `start()` */
  constructor(load: (name: string) => Promise<LoadedModule>) {
    this.#load = load;
    this.#methods = new Map<string, Callee>([
      ["open", (ask, cancelled, warm) => this.#open(ask as AskHost, cancelled as [number, unknown][], warm)],
      ["run", (...args) => this.#run(...(args as RunArguments))],
    ]);
  }

  /** @throws IsolationError METHOD_NOT_FOUND */
  method(name: string): Callee {
    const found = this.#methods.get(name);
    if (found !== undefined) return found;
    const known = [...this.#methods.keys()].join(", ");
    throw new IsolationError("METHOD_NOT_FOUND", `pihost:job has no method ${JSON.stringify(name)}; it has ${known}`);
  }

  /**
   * The host lends what the methods of jobs call, and gets what cancels a job.
   *
   * @param cancelled jobs that are cancelled already, and may yet come here
   * @param warm a module to load beforehand, if there is one; what fails is told when it is needed
   */
  #open(ask: AskHost, cancelled: readonly [number, unknown][], warm: unknown): object {
    this.#ask = ask;
    for (const [id, reason] of cancelled) this.#cancellation.cancel(id, reason);
    if (typeof warm === "string") this.#load(warm).catch(() => {});
    return remote((id: number, reason: unknown) => this.#cancellation.cancel(id, reason));
  }

  /**
   * Runs a job: gives what the processor returned, as JSON, because that is what a queue keeps; `undefined` for nothing.
   * Rejects with what the processor threw.
   */
  #run(...args: RunArguments): Promise<string | Broken | undefined> {
    const [module, method] = args;
    const processor = this.#processors.get(nameOf(module, method));
    return processor === undefined ? this.#runFirst(args) : this.#execute(processor, args);
  }

  async #runFirst(args: RunArguments): Promise<string | Broken | undefined> {
    const [module, method] = args;
    let processor: Processor;
    try {
      processor = findProcessor(await this.#load(module), method ?? undefined);
    } catch (error) {
      return { broken: error };
    }
    this.#processors.set(nameOf(module, method), processor);
    return this.#execute(processor, args);
  }

  async #execute(processor: Processor, args: RunArguments): Promise<string | undefined> {
    const [, , facts, key, id, token] = args;
    const calls = new HostCalls(this.#ask, key);
    try {
      const signal = this.#cancellation.begin(id);
      return JSON.stringify(await processor(createJob(facts, calls), token ?? undefined, signal));
    } catch (error) {
      throw toThrowable(error);
    } finally {
      this.#cancellation.end(id);
      if (calls.arePending) await calls.settled();
    }
  }
}

function nameOf(module: string, method: string | null): string {
  return method === null ? module : `${module}\0${method}`;
}

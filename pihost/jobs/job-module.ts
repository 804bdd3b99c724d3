import { IsolationError } from "../../src/errors/index.js";
import type { Callee } from "../../src/session/index.js";
import type { LoadedModule } from "../modules/index.js";
import { type AskHost, HostCalls } from "./host-calls.js";
import { createJob, type JobFacts } from "./job.js";
import { findProcessor, type Processor } from "./processor.js";
import { toThrowable } from "./thrown.js";

/** The module `pihost:job`, by which the process runs jobs of a queue. */
export interface JobModule {
  /** @throws IsolationError METHOD_NOT_FOUND */
  method(name: string): Callee;
}

/** What `run` gives where the module has no processor that could run: the error is nothing that the job has thrown. */
interface Broken {
  readonly broken: unknown;
}

/** @param load loads a module and runs its `start()` */
export function createJobModule(load: (name: string) => Promise<LoadedModule>): JobModule {
  /**
   * Runs a job: gives what the processor returned, as JSON, because that is what a queue keeps; `undefined` for nothing.
   * Rejects with what the processor threw.
   *
   * @param ask calls a method of the job where the job is
   */
  async function run(...args: unknown[]): Promise<string | Broken | undefined> {
    const [module, method, facts, ask, token, signal] = args as RunArguments;
    let processor: Processor;
    try {
      processor = findProcessor(await load(module), method);
    } catch (error) {
      return { broken: error };
    }
    const calls = new HostCalls(ask);
    try {
      const result = await processor(createJob(facts, calls), token, signal ?? new AbortController().signal);
      return JSON.stringify(result);
    } catch (error) {
      throw toThrowable(error);
    } finally {
      await calls.settled();
    }
  }

  return {
    method(name) {
      if (name === "run") return run;
      throw new IsolationError("METHOD_NOT_FOUND", `pihost:job has no method ${JSON.stringify(name)}; it has run`);
    },
  };
}

type RunArguments = [
  module: string,
  method: string | undefined,
  facts: JobFacts,
  ask: AskHost,
  token: string | undefined,
  signal: AbortSignal | undefined,
];

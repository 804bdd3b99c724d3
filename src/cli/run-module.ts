import { type ExitOutcome, IsolationError, ProcessIsolator } from "../index.js";
import { toExitCode } from "../isolator/index.js";
import { CommandFailure } from "./command-failure.js";
import { EXIT, signalExitCode } from "./exit-codes.js";
import { note } from "./output.js";
import { reportCallError } from "./report-error.js";
import { reportEvents } from "./run-events.js";
import { type RunOptions, toIsolationOptions, toModule } from "./run-options.js";
import { toResultCode } from "./run-result.js";
import { onStopSignals } from "./stop-signals.js";

/** What to run. */
export interface RunTarget {
  readonly module: string;
  /** Default: `main`, or where there is none `default`. */
  readonly method: string | undefined;
  readonly args: readonly string[];
}

/** Runs a method in a process of its own; resolves with the exit code when nothing of the process is left. */
export async function runModule(target: RunTarget, options: RunOptions): Promise<number> {
  const start = new AbortController();
  let isolator: ProcessIsolator | undefined;
  let stoppedBy: NodeJS.Signals | undefined;
  const forget = onStopSignals({
    ask: (signal) => {
      stoppedBy = signal;
      start.abort();
      void isolator?.shutdown({ reason: signal });
    },
    force: () => void isolator?.terminate(),
  });
  try {
    if (options.dieOnCrash) makeOutputSynchronous();
    const isolationOptions = toIsolationOptions(options, target.module);
    isolator = await ProcessIsolator.create({ ...isolationOptions, signal: start.signal });
    reportEvents(isolator.events, options);
    const code = await new Run(isolator, target, options).end(() => stoppedBy !== undefined);
    return stoppedBy === undefined ? code : signalExitCode(stoppedBy);
  } catch (error) {
    if (stoppedBy !== undefined && IsolationError.is(error, "CANCELLED")) return signalExitCode(stoppedBy);
    throw error;
  } finally {
    forget();
  }
}

/** One run from the first call to the end of the process. */
class Run {
  readonly #isolator: ProcessIsolator;
  readonly #target: RunTarget;
  readonly #options: RunOptions;
  #outcome: ExitOutcome | undefined;

  constructor(isolator: ProcessIsolator, target: RunTarget, options: RunOptions) {
    this.#isolator = isolator;
    this.#target = target;
    this.#options = options;
    isolator.events.on("exited", ({ outcome }) => {
      this.#outcome = outcome;
    });
  }

  /** @param isInterrupted whether this command was told to stop, so that a lost call is no news */
  async end(isInterrupted: () => boolean): Promise<number> {
    try {
      const code = toResultCode(await this.#call(), this.#target);
      await this.#isolator.shutdown({ reason: "the run is over" });
      return code;
    } catch (error) {
      const code = isInterrupted() ? EXIT.failed : this.#report(error);
      // A call that is too late would use up the whole grace period.
      if (IsolationError.is(error, "DEADLINE_EXCEEDED")) await this.#isolator.terminate();
      else await this.#isolator.shutdown({ reason: "the run failed" });
      return code;
    }
  }

  async #call(): Promise<unknown> {
    const { method } = this.#target;
    if (method !== undefined) return this.#callUntilAnswered(method);
    try {
      return await this.#callUntilAnswered("main");
    } catch (error) {
      if (!hasNoExport(error, "main")) throw error;
    }
    try {
      return await this.#callUntilAnswered("default");
    } catch (error) {
      if (!hasNoExport(error, "default")) throw error;
      throw new CommandFailure(EXIT.usage, `${error.message}; no METHOD was named, and there is no "main" either`);
    }
  }

  /** Calls again in the next process while there is one: here the restart budget, not the call, decides how often. */
  async #callUntilAnswered(method: string): Promise<unknown> {
    const { args } = this.#target;
    const { timeout, from } = this.#options;
    const module = toModule(this.#target.module, from);
    const callOptions = timeout === undefined ? {} : { timeoutMs: timeout };
    for (;;) {
      try {
        return await this.#isolator.invoke(module, method, [args], callOptions);
      } catch (error) {
        const crashed = this.#isOwn(error, "CRASHED") && !this.#endedWell();
        if (!crashed || this.#isolator.state !== "restarting") throw error;
      }
    }
  }

  /** The program chose to end, with `process.exit(0)`: no crash. */
  #endedWell(): boolean {
    return this.#outcome?.kind === "exited" && this.#outcome.code === 0;
  }

  /** Whether the error tells of this run's process, and not of one that the user's code has isolated in its turn. */
  #isOwn(error: unknown, ...codes: readonly IsolationError["code"][]): error is IsolationError {
    return IsolationError.is(error) && codes.includes(error.code) && error.facts.isolate === this.#isolator.name;
  }

  /** Says why there is no result, unless the process has said it itself; returns the exit code. */
  #report(error: unknown): number {
    if (!this.#isOwn(error, "CRASHED", "RESTARTS_EXHAUSTED") || this.#outcome === undefined) {
      return reportCallError(error);
    }
    const { kind, description } = this.#outcome;
    const { name, state } = this.#isolator;
    if (kind === "signalled") note(`pihost: ${name} was ${description}`);
    if (this.#options.restart && !this.#endedWell() && state === "stopped") note("pihost: no restart is left");
    return toExitCode(this.#outcome);
  }
}

/** Whether the module itself lacks the export, and not one that it calls in its turn. */
function hasNoExport(error: unknown, name: string): error is IsolationError {
  return IsolationError.is(error, "METHOD_NOT_FOUND") && error.message.includes(` has no export "${name}"`);
}

/**
 * The SDK ends this process at once after a crash, so nothing may wait in it by then. Node does this for pipes on
 * Windows only; `setBlocking` is not documented, but is what npm and yargs rely on for the same purpose.
 */
function makeOutputSynchronous(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => unknown } };
    handle?.setBlocking?.(true);
  }
}

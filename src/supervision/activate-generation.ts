import { IsolationError } from "../errors/index.js";
import type { Generation } from "./generation.js";
import { StartFailure, toStartError } from "./start-failure.js";
import type { SupervisorListener } from "./supervisor-listener.js";

/** What prepares a process, and who wants to know how it went. */
export interface ActivationContext {
  readonly isolate: string;
  readonly listener: Pick<SupervisorListener, "activate">;
  /** Aborted when the generation is not wanted any more. */
  readonly signal: AbortSignal;
}

/**
 * Makes a process that runs the generation of this number: nobody calls it before this resolves.
 *
 * @throws StartFailure; nothing of the process is left then
 */
export async function activateGeneration(
  live: Generation,
  number: number,
  { isolate, listener, signal }: ActivationContext,
): Promise<void> {
  try {
    live.adopt(number);
    await listener.activate(live, signal);
    if (signal.aborted) throw new IsolationError("CANCELLED", "the start was cancelled");
  } catch (error) {
    throw await failStart(live, isolate, error);
  }
}

/** Ends a process that cannot be the generation that it was to be; resolves with the failure, once it is gone. */
export async function failStart(live: Generation, isolate: string, error: unknown): Promise<StartFailure> {
  const startError = toStartError(error, { isolate, generation: live.number, pid: live.pid });
  live.end.because("start-failed");
  await live.process.killTree("SIGKILL");
  const outcome = await live.outcome;
  live.session.close(startError);
  await live.gone;
  return new StartFailure(startError, outcome);
}

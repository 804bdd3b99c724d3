import { IsolationError } from "../errors/index.js";
import { stopProcess } from "../process/index.js";
import type { Generation } from "./generation.js";
import { askToShutDown } from "./host-requests.js";
import { StartFailure } from "./start-failure.js";

/** Asks it to end once its calls have, waits `graceMs` for that, then forces it. Resolves when the process is gone. */
export async function shutDownGeneration(generation: Generation, reason: string, graceMs: number): Promise<void> {
  generation.end.because("requested");
  const ask = (): Promise<unknown> => askToShutDown(generation.session, reason, graceMs);
  await stopProcess(generation.process, { ask, graceMs, onForce: () => generation.end.markForced() });
}

/** Kills it and all that it started. A signal other than SIGKILL gives it `graceMs` to heed it. */
export async function terminateGeneration(
  generation: Generation,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (signal === "SIGKILL") {
    await killGeneration(generation);
    return;
  }
  generation.end.because("terminated");
  const ask = (): Promise<unknown> => generation.process.killTree(signal);
  await stopProcess(generation.process, { ask, graceMs, onForce: () => generation.end.markForced() });
}

/** Kills it and all that it started, now. */
export async function killGeneration(generation: Generation): Promise<void> {
  generation.end.because("terminated");
  await generation.process.killTree("SIGKILL");
}

/** Ends a generation that nobody wants; resolves with the error that says so, once it is gone. */
export async function discardGeneration(generation: Generation): Promise<StartFailure> {
  const error = new IsolationError("CANCELLED", "the process is not wanted any more");
  generation.end.because("requested");
  await generation.process.killTree("SIGKILL");
  const outcome = await generation.outcome;
  generation.session.close(error);
  await generation.gone;
  return new StartFailure(error, outcome);
}

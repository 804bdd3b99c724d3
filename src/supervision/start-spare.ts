import { IsolationError } from "../errors/index.js";
import { delay } from "../intrinsics/index.js";
import { toVerb } from "../process/index.js";
import { failStart } from "./activate-generation.js";
import { discardGeneration } from "./end-generation.js";
import type { Generation, GenerationSpec } from "./generation.js";
import { startGeneration } from "./start-generation.js";

/**
 * Starts a process that waits to take over, and brings it to where the present one is.
 *
 * @param warmUp loads what the present process has loaded; a failure there shows again when it is called
 * @throws StartFailure; nothing of the attempt is left then
 */
export async function startSpare(
  spec: GenerationSpec,
  serial: number,
  warmUp: (spare: Generation) => Promise<void>,
  signal: AbortSignal,
): Promise<Generation> {
  const spare = await startGeneration(spec, { serial, number: 0 }, signal);
  const isOver = new AbortController();
  const stop = (): void => isOver.abort();
  signal.addEventListener("abort", stop);
  // A module may wait, while it is loaded, for what the present process holds.
  const late = delay(spec.startTimeoutMs, false, { signal: isOver.signal, ref: false }).catch(() => signal.aborted);
  const ended = spare.outcome.then(() => true);
  const warm = warmUp(spare).then(
    () => false,
    () => false,
  );
  if (signal.aborted) stop();
  const isUseless = await Promise.race([ended, late, warm]);
  signal.removeEventListener("abort", stop);
  stop();
  if (signal.aborted) throw await discardGeneration(spare);
  if (isUseless || spare.isOver) throw await failStart(spare, spec.isolate, await endedWhileLoading(spare));
  return spare;
}

async function endedWhileLoading(spare: Generation): Promise<IsolationError> {
  const outcome = await spare.outcome;
  const { reason, stderrTail, uptimeMs } = outcome;
  const how = outcome.kind === "exited" ? { exitCode: outcome.code } : { signal: outcome.signal };
  const tail = stderrTail === "" ? "" : `; its last output on stderr was:\n${stderrTail}`;
  return new IsolationError("START_FAILED", `the process ${toVerb(outcome)} while it loaded its modules${tail}`, {
    facts: { ...how, reason, stderrTail, uptimeMs },
  });
}

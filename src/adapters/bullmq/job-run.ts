import { IsolationError } from "../../errors/index.js";
import { onAbort } from "../../session/index.js";
import { asSpecialError, unrecoverable } from "./job-errors.js";
import type { ResolvedProcessor } from "./options.js";
import type { Processes } from "./processes.js";
import { jobFacts, jobMethods, type QueueJob } from "./queue-job.js";

/** Runs a job in one of the processes: gives what the processor returned; rejects with what the job fails with. */
export async function runJob(
  options: ResolvedProcessor,
  processes: Processes,
  job: QueueJob,
  token: string | undefined,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { module, method, callTimeoutMs, cancelGraceMs, graceMs } = options;
  const abort = new AbortController();
  const label = `job ${job.id} (${job.name})`;
  let killReason: IsolationError | undefined;
  let timer: NodeJS.Timeout | undefined;
  const args = [module, method, jobFacts(job), jobMethods(job), token, abort.signal];
  const running = processes.run(args, (error) => error);
  const end = (reason: unknown, error: IsolationError, grace: number | undefined): void => {
    if (abort.signal.aborted) return;
    abort.abort(reason);
    clearTimeout(timer);
    if (grace === undefined) return;
    timer = setTimeout(() => {
      killReason = error;
      running.kill();
    }, grace);
  };
  const cancel = (): void => {
    const why = signal?.reason === undefined ? "" : ` (${signal.reason})`;
    const error = new IsolationError(
      "CANCELLED",
      `${label} was cancelled${why}; it did not end within ${cancelGraceMs} ms, and its process was killed`,
    );
    end(signal?.reason, error, cancelGraceMs);
  };
  const forget = signal === undefined ? undefined : onAbort(signal, cancel);
  if (signal?.aborted) cancel();
  if (callTimeoutMs !== undefined) {
    timer = setTimeout(() => {
      const grace = cancelGraceMs ?? graceMs;
      const error = new IsolationError("DEADLINE_EXCEEDED", `${label} did not end within ${callTimeoutMs} ms`);
      end(error, error, grace);
    }, callTimeoutMs);
  }
  try {
    const result = await running.result;
    if (typeof result === "string") return JSON.parse(result);
    if (result === undefined) return null;
    const { broken } = result as { broken: unknown };
    throw IsolationError.is(broken) && !options.retryBrokenModule ? unrecoverable(broken) : broken;
  } catch (error) {
    throw killReason ?? asSpecialError(error);
  } finally {
    clearTimeout(timer);
    forget?.();
  }
}

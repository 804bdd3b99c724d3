import { JOB_MODULE } from "../../contract/index.js";
import { keep } from "../../inside/index.js";
import { delay } from "../../intrinsics/index.js";
import type { GenerationContext } from "../../isolator/index.js";
import { type IsolatePool, isolatePool } from "../../pool/index.js";
import { onAbort } from "../../session/index.js";
import type { ProcessorPolicy } from "./options.js";
import type { CancelIn, RunningJobs } from "./running-jobs.js";

type Pool = IsolatePool<object>;

/** After a pool that did not start, another one is tried so much later at first, and twice as late each time. */
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/** The pool of a processor: opened with the first job, and anew with the next one after it was closed. */
export class JobPool {
  readonly #policy: ProcessorPolicy;
  readonly #jobs: RunningJobs;
  #pool: Pool | undefined;
  #opening: { readonly pool: Promise<Pool>; readonly abort: AbortController } | undefined;
  /** Of each pool that ends: until it has. */
  readonly #ending = new Set<Promise<void>>();
  #failures = 0;
  #notBefore = 0;

  constructor(policy: ProcessorPolicy, jobs: RunningJobs) {
    this.#policy = policy;
    this.#jobs = jobs;
  }

  /** Runs a job. @param killed aborts when it has had its time: it rejects, and its process is killed */
  async run(args: readonly unknown[], killed: AbortSignal | undefined): Promise<unknown> {
    const pool = this.#pool ?? (await this.#opened(killed));
    return pool.invoke("run", args, killed && { signal: killed });
  }

  /** The pool, if there is one. */
  get present(): Pool | undefined {
    return this.#pool;
  }

  /** The pool, once its first process takes jobs. @throws IsolationError what keeps that from starting */
  open(): Promise<Pool> {
    if (this.#pool !== undefined) return Promise.resolve(this.#pool);
    this.#opening ??= this.#begin();
    return this.#opening.pool;
  }

  /** As `open`, for a job that has only so much time. */
  #opened(killed: AbortSignal | undefined): Promise<Pool> {
    const pool = this.open();
    if (killed === undefined) return pool;
    const late = new Promise<never>((_, reject) => onAbort(killed, () => reject(killed.reason)));
    return Promise.race([pool, late]);
  }

  /** Ends the processes. Jobs that run may finish within the grace. Resolves when all are gone, earlier pools' included. */
  async close(graceMs: number | undefined): Promise<void> {
    const ending = this.#end(graceMs).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    await Promise.all(this.#ending);
  }

  async #end(graceMs: number | undefined): Promise<void> {
    const opening = this.#opening;
    const present = this.#pool;
    // A job that comes meanwhile, of another Worker, gets a pool of its own.
    this.#opening = undefined;
    this.#pool = undefined;
    opening?.abort.abort();
    const pool = present ?? (await opening?.pool.catch(() => undefined));
    await pool?.shutdown({ reason: "the processor was closed", ...(graceMs === undefined ? {} : { graceMs }) });
  }

  #begin(): { pool: Promise<Pool>; abort: AbortController } {
    const abort = new AbortController();
    const pool = this.#start(abort.signal).finally(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    const opening = { pool, abort };
    return opening;
  }

  async #start(signal: AbortSignal): Promise<Pool> {
    const waitMs = this.#notBefore - performance.now();
    // One that is given up meanwhile is refused right after.
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {});
    try {
      const { pool: options } = this.#policy;
      const onGeneration = (_: unknown, context: GenerationContext) => this.#prepare(context);
      const pool: Pool = await isolatePool(JOB_MODULE, { ...options, onGeneration, signal });
      pool.events.on("exited", ({ pid }) => this.#jobs.closed(pid));
      this.#failures = 0;
      if (!signal.aborted) this.#pool = pool;
      return pool;
    } catch (error) {
      if (signal.aborted) throw error;
      this.#failures += 1;
      const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
      this.#notBefore = performance.now() + delayMs;
      throw error;
    }
  }

  /** What a process gets before any job. */
  async #prepare(context: GenerationContext): Promise<void> {
    const jobs = this.#jobs;
    const ask = keep((key: string, method: string, args: readonly unknown[]) => jobs.ask(key, method, args));
    const { module, method = null, pool } = this.#policy;
    // A spare that has loaded nothing would be none.
    const isWarm = (pool.spares ?? 0) > 0;
    const args = [ask, module, method, isWarm, jobs.cancelled()];
    jobs.opened(context.pid, await context.invoke<CancelIn>(JOB_MODULE, "open", args));
  }
}

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Job, type JobsOptions, type Processor, Queue, QueueEvents, Worker, type WorkerOptions } from "bullmq";
import { type IsolatedProcessor, type IsolatedProcessorOptions, isolatedProcessor } from "process-isolation/bullmq";
import { onTestFinished } from "vitest";
import { until } from "../helpers/until.js";
import type { RedisServer } from "./redis-server.js";

/** The path of a module under test/fixtures/bullmq. */
export function jobFixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/bullmq/${name}`, import.meta.url));
}

/** How a job has ended. */
export type Ending =
  | { readonly result: unknown; readonly failed?: never }
  | { readonly failed: Error; readonly result?: never };

/** A queue of its own, with what works at it. It ends with the test. */
export class TestQueue {
  readonly name = `q-${randomUUID()}`;
  readonly queue: Queue;
  readonly events: QueueEvents;
  /** What the worker had, by the job's id: the queue itself keeps the message alone. */
  readonly #failures = new Map<string, Error>();
  readonly #server: RedisServer;
  readonly #ends: (() => Promise<unknown>)[] = [];

  constructor(server: RedisServer) {
    this.#server = server;
    this.queue = new Queue(this.name, { connection: server.connection });
    this.events = new QueueEvents(this.name, { connection: server.connection });
    this.queue.on("error", () => {});
    this.events.on("error", () => {});
    onTestFinished(() => this.close());
  }

  /** A Worker with any processor: a function, or a file for BullMQ's own sandbox. */
  worker(processor: Processor | string, options: Partial<WorkerOptions> = {}): Worker {
    const worker = new Worker(this.name, processor, { connection: this.#server.connection, ...options });
    worker.on("error", () => {});
    worker.on("failed", (job, error) => this.#failures.set(job?.id ?? "", error));
    this.#ends.push(() => worker.close());
    return worker;
  }

  /** A Worker whose jobs run in isolated processes. */
  isolated(
    module: string | URL,
    options: IsolatedProcessorOptions = {},
    workerOptions: Partial<WorkerOptions> = {},
  ): { worker: Worker; processor: IsolatedProcessor } {
    const processor = isolatedProcessor(module, { stdout: "ignore", stderr: "ignore", ...options });
    const worker = this.worker(processor, workerOptions);
    this.#ends.push(() => processor.close({ graceMs: 200 }));
    return { worker, processor };
  }

  async add(data: object, options: JobsOptions = {}, name = "job"): Promise<Job> {
    await this.events.waitUntilReady();
    return this.queue.add(name, data, options);
  }

  /** What a job comes to, with the error that its worker has seen. */
  async ending(job: Job): Promise<Ending> {
    try {
      return { result: await job.waitUntilFinished(this.events) };
    } catch {
      const id = job.id ?? "";
      // The queue may tell before the worker does.
      await until(() => this.#failures.has(id));
      return { failed: this.#failures.get(id) as Error };
    }
  }

  /** Adds a job, and waits for its end. */
  async run(data: object, options: JobsOptions = {}, name = "job"): Promise<Ending & { job: Job }> {
    const job = await this.add(data, options, name);
    const ending = await this.ending(job);
    return { ...ending, job: (await this.queue.getJob(job.id ?? "")) ?? job };
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
    await Promise.all([this.events.close(), this.queue.close()]);
  }
}

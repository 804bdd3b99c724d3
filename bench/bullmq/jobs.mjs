import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Queue, Worker } from "bullmq";
import { isolatedProcessor } from "process-isolation/bullmq";

const module = fileURLToPath(new URL("job.mjs", import.meta.url));

/** @typedef {import("process-isolation/bullmq").IsolatedProcessor | string} Processor a file is for BullMQ's own sandbox */
/** @typedef {() => Processor} MakeProcessor */

/** @type {MakeProcessor} */
export const isolated = () => isolatedProcessor(module, { idleMs: 600_000 });
/** @type {MakeProcessor} */
export const isolatedWithSpare = () => isolatedProcessor(module, { idleMs: 600_000, spares: 1 });
/** @type {MakeProcessor} */
export const sandboxed = () => module;

/** A queue with one Worker, whose jobs are measured. */
export class Jobs {
  #queue;
  #worker;
  #processor;
  #ended = 0;
  #onEnd = () => {};

  /** @param {{ path: string, maxRetriesPerRequest: null }} connection @param {MakeProcessor} make @param {number} concurrency */
  constructor(connection, make, concurrency) {
    const name = randomUUID();
    this.#queue = new Queue(name, { connection });
    this.#processor = make();
    this.#worker = new Worker(name, this.#processor, { connection, concurrency });
    const count = () => {
      this.#ended += 1;
      this.#onEnd();
    };
    this.#worker.on("completed", count);
    this.#worker.on("failed", count);
    this.#worker.on("error", () => {});
  }

  /** As many jobs as find all processes, and the code warm. */
  async warm() {
    await this.perSecond(300);
  }

  /** Jobs per second, from the moment that they are there. @param {number} count */
  async perSecond(count) {
    await this.#worker.pause();
    await this.#queue.addBulk(Array.from({ length: count }, (_, n) => toJob({ n })));
    const ended = this.#nextEnds(count);
    const startedAt = performance.now();
    void this.#worker.resume();
    await ended;
    return (count / (performance.now() - startedAt)) * 1_000;
  }

  /** Milliseconds from the end of a job whose process was killed to the end of the one behind it. */
  async recoveryMs() {
    await this.#run({ n: 0 });
    await this.#run({ n: 0, kill: true });
    const diedAt = performance.now();
    await this.#run({ n: 0 });
    return performance.now() - diedAt;
  }

  async close() {
    await this.#worker.close();
    if (typeof this.#processor !== "string") await this.#processor.close();
    await this.#queue.close();
  }

  /** @param {{ n: number, kill?: boolean }} data */
  async #run(data) {
    const ended = this.#nextEnds(1);
    await this.#queue.addBulk([toJob(data)]);
    await ended;
  }

  /** @param {number} count */
  #nextEnds(count) {
    const goal = this.#ended + count;
    return new Promise((/** @type {(value: void) => void} */ resolve) => {
      this.#onEnd = () => {
        if (this.#ended >= goal) resolve();
      };
    });
  }
}

/** @param {{ n: number, kill?: boolean }} data */
const toJob = (data) => ({ name: "job", data, opts: { removeOnComplete: true, removeOnFail: true } });

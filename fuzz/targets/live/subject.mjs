import { IsolationError, ProcessIsolator } from "process-isolation";
import { listLive } from "../../../dist/src/isolator/live-record.js";
import { LIBRARY } from "../../corpus/conversation.mjs";

/** How long anything that is alive may take to answer, in milliseconds. */
export const PATIENCE_MS = 5_000;

const RESTARTS = { maxRestarts: 1e9, withinMs: 1_000, backoff: { initialMs: 0 } };
let subjects = 0;

/** An isolate that is attacked, or attacks; and a witness, which nothing of that may reach. */
export class Subject {
  isolator;
  #witness;
  #witnessPid;

  /** @param {ProcessIsolator} isolator @param {ProcessIsolator} witness */
  constructor(isolator, witness) {
    this.isolator = isolator;
    this.#witness = witness;
    this.#witnessPid = witness.pid;
  }

  static async open() {
    subjects += 1;
    const name = `fuzz-${process.pid}-${subjects}`;
    const [isolator, witness] = await Promise.all([
      ProcessIsolator.create({ name, restart: RESTARTS, discoverable: true }),
      ProcessIsolator.create({ restart: false }),
    ]);
    return new Subject(isolator, witness);
  }

  /** How its socket is reached. */
  get live() {
    const record = listLive().find(({ pid }) => pid === this.isolator.pid);
    if (record === undefined) throw new Error("the isolate is not to be found");
    return record;
  }

  /** @throws Error unless both answer, and rightly; the witness from the same process */
  async expectAlive() {
    await Promise.all([expectSum(this.isolator), this.expectWitness()]);
  }

  /**
   * After code in the process itself has written on its Session: what is still on its way may look like the answer of a call
   * that is made now, and that is the isolate's own affair. In the end its answers are right.
   *
   * @throws Error unless both answer in the end, and the witness at once
   */
  async expectSettled() {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      await this.expectWitness();
      const answer = await sumOf(this.isolator).catch((error) => throwIfLate(error));
      if (answer === 3) return;
      if (performance.now() > deadline) throw new Error(`the isolate still answers ${answer}`);
    }
  }

  async expectWitness() {
    await expectSum(this.#witness);
    if (this.#witness.pid !== this.#witnessPid) throw new Error("another isolate was restarted");
  }

  async close() {
    await Promise.all([this.isolator, this.#witness].map((isolator) => isolator.shutdown({ graceMs: 200 })));
  }
}

/** @param {ProcessIsolator} isolator @returns {Promise<unknown>} */
function sumOf(isolator) {
  return isolator.invoke(LIBRARY, "add", [1, 2], { idempotent: true, timeoutMs: PATIENCE_MS });
}

/** @param {ProcessIsolator} isolator */
async function expectSum(isolator) {
  const sum = await sumOf(isolator);
  if (sum !== 3) throw new Error(`the next call answered ${sum}`);
}

/** @param {unknown} error */
function throwIfLate(error) {
  if (IsolationError.is(error, "DEADLINE_EXCEEDED")) throw error;
  return error;
}

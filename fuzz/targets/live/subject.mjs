import { ProcessIsolator } from "process-isolation";
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

  /** @throws Error unless both answer, the witness from the same process */
  async expectAlive() {
    const options = { idempotent: true, timeoutMs: PATIENCE_MS };
    const sums = await Promise.all(
      [this.isolator, this.#witness].map((isolator) => isolator.invoke(LIBRARY, "add", [1, 2], options)),
    );
    if (sums.some((sum) => sum !== 3)) throw new Error(`the next calls answered ${sums.join(" and ")}`);
    if (this.#witness.pid !== this.#witnessPid) throw new Error("another isolate was restarted");
  }

  async close() {
    await Promise.all([this.isolator, this.#witness].map((isolator) => isolator.shutdown({ graceMs: 200 })));
  }
}

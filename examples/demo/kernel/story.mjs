import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds that isolates have for coming back. */
const PATIENCE_MS = 20_000;

/** @typedef {import("process-isolation/kernel").Kernel} Kernel */

/** Tells what happens to a kernel, step by step, and remembers every process that it ever had. */
export class Story {
  /** What has not gone as told. @type {string[]} */
  surprises = [];
  #kernel;
  /** @type {Set<number>} */
  #pids;

  /** @param {Kernel} kernel */
  constructor(kernel) {
    this.#kernel = kernel;
    this.#pids = new Set(kernel.list().flatMap(({ pid }) => (pid === 0 ? [] : [pid])));
    kernel.events.on("isolate", (event) => {
      if ("pid" in event) this.#pids.add(event.pid);
    });
  }

  /** How many processes there were. */
  get seen() {
    return this.#pids.size;
  }

  /** A line for each isolate. */
  async isolates() {
    for (const { name, state, pid, uses, services } of this.#kernel.list()) {
      const what = [...services, ...(uses.length > 0 ? [`uses ${uses.join(", ")}`] : [])].join("; ");
      const line = state === "ready" ? `process ${pid}  ${what}` : await this.#whyNot(name);
      console.log(`  ${name.padEnd(12)}${line}`.trimEnd());
    }
  }

  /** Of the present process. @param {string} name */
  pid(name) {
    return this.#find(name)?.pid ?? 0;
  }

  /**
   * @param {string} what
   * @param {readonly string[]} isolates those who must have a new process afterwards
   * @param {() => unknown} deed
   */
  async survives(what, isolates, deed) {
    if (isolates.some((name) => this.#find(name)?.state !== "ready")) return this.#tell(what, "left out");
    const before = new Map(isolates.map((name) => [name, this.pid(name)]));
    const isBack = (/** @type {string} */ name) =>
      this.#find(name)?.state === "ready" && this.pid(name) !== before.get(name);
    const startedAt = performance.now();
    await deed();
    await this.until(() => isolates.every(isBack));
    const missing = isolates.filter((name) => !isBack(name));
    if (missing.length > 0) this.surprises.push(`not back after ${what}: ${missing.join(", ")}`);
    this.#tell(what, `${isolates.join(", ")} back after ${Math.round(performance.now() - startedAt)} ms`);
  }

  /** @param {string} what @param {() => Promise<string>} deed says what came of it */
  async does(what, deed) {
    this.#tell(what, await deed());
  }

  /** Resolves when it is so, or when the patience is over. @param {() => boolean} condition */
  async until(condition) {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (!condition() && performance.now() < giveUpAt) await sleep(10);
  }

  /** Those that run still. */
  processesLeft() {
    return [...this.#pids].filter((pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    });
  }

  /** @param {string} what @param {string} outcome */
  #tell(what, outcome) {
    console.log(`  ${what}\n    → ${outcome}`);
  }

  /** Why one that is not essential could not be started: it is asked once more. @param {string} name */
  #whyNot(name) {
    return this.#kernel.start(name).then(
      () => "came late",
      ({ message }) => `left out: ${message}`,
    );
  }

  /** @param {string} name */
  #find(name) {
    return this.#kernel.list().find((one) => one.name === name);
  }
}

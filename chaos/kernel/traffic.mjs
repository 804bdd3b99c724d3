import { NAMES, USES } from "./graph.mjs";

/**
 * One call into the graph, and what came of it.
 * @typedef {{ id: string, kind: "work" | "count" | "trespass", path: readonly string[], idempotent: boolean,
 *   outcome: "resolved" | "rejected" | undefined, value?: unknown, code?: string | undefined, message?: string }} Call
 */

const CALLERS = 24;

/** Calls into a kernel, through all of its levels, until it is told to stop. */
export class Traffic {
  /** @type {Call[]} */
  calls = [];
  #kernel;
  #random;
  #isOver = false;
  /** @type {Promise<void>[]} */
  #callers = [];

  /** @param {import("process-isolation/kernel").Kernel} kernel @param {import("../random.mjs").Random} random */
  constructor(kernel, random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  begin() {
    this.#callers = Array.from({ length: CALLERS }, () => this.#callOnAndOn());
  }

  /** Resolves when every call is settled. */
  async end() {
    this.#isOver = true;
    await Promise.all(this.#callers);
  }

  async #callOnAndOn() {
    while (!this.#isOver) {
      const call = this.#draw();
      this.calls.push(call);
      try {
        call.value = await this.#make(call);
        call.outcome = "resolved";
      } catch (error) {
        call.outcome = "rejected";
        call.code = /** @type {{ code?: string }} */ (error).code;
        call.message = String(error);
      }
    }
  }

  /** @returns {Call} */
  #draw() {
    const random = this.#random;
    const id = String(this.calls.length + 1);
    const first = random.pick(NAMES);
    const chance = random.next();
    const idempotent = chance < 0.4;
    const outcome = undefined;
    if (chance > 0.95) {
      const others = NAMES.filter((name) => !(/** @type {readonly string[]} */ (USES[first]).includes(name)));
      return { id, kind: "trespass", path: [first, random.pick(others)], idempotent, outcome };
    }
    if (chance > 0.9) return { id, kind: "count", path: [first], idempotent, outcome };
    /** @type {string[]} */
    const path = [first];
    /** @type {Readonly<Record<string, readonly string[]>>} */
    const graph = USES;
    for (let uses = graph[first] ?? []; uses.length > 0; uses = graph[path.at(-1) ?? ""] ?? [])
      path.push(random.pick(uses));
    return { id, kind: "work", path, idempotent, outcome };
  }

  /** @param {Call} call */
  async #make({ id, kind, path: [first = "", ...rest], idempotent }) {
    const { api } = this.#kernel.isolate(first, { idempotent });
    const own = /** @type {Record<string, (...args: unknown[]) => any>} */ (/** @type {unknown} */ (api));
    if (kind === "trespass") return own.trespass?.(id, rest[0]);
    if (kind === "work") return own.work?.(id, rest, idempotent);
    let count = 0;
    for await (const index of own.count?.(id, 200) ?? []) if (index === count) count += 1;
    return count;
  }
}

import { IsolationError } from "process-isolation";

/** @typedef {"ok" | "threw" | "crashed" | "stopped"} Outcome how a call ended */

/** A plug-in in its isolate, and a record of everything that happened to it. */
export class Plugin {
  /** @type {Record<Outcome, number>} */
  counts = { ok: 0, threw: 0, crashed: 0, stopped: 0 };
  calls = 0;
  /** Calls that were running in a crash and were answered by a later process. */
  replayed = 0;
  restarts = 0;
  /** Milliseconds from call to answer. @type {number[]} */
  latencies = [];
  /** Milliseconds from the end of a process to the first answer of the next. @type {number[]} */
  recoveries = [];
  /** How the processes ended. @type {Map<string, number>} */
  exits = new Map();
  /** What nobody foresaw, in words. @type {string[]} */
  surprises = [];
  #definition;
  #isolate;
  /** @type {Set<{ crashes: number }>} */
  #running = new Set();
  /** @type {number | undefined} */
  #downSince;

  /** @param {import("./plugin-definitions.mjs").PluginDefinition} definition */
  static async start(definition) {
    return new Plugin(definition, await definition.start());
  }

  /**
   * @param {import("./plugin-definitions.mjs").PluginDefinition} definition
   * @param {import("./plugin-definitions.mjs").Isolate<object>} isolate
   */
  constructor(definition, isolate) {
    this.#definition = definition;
    this.#isolate = isolate;
    isolate.isolator.events.on("exited", (event) => this.#onExited(event));
    isolate.isolator.events.on("restarted", ({ restarts }) => {
      this.restarts = restarts;
    });
  }

  get name() {
    return this.#definition.name;
  }

  /** Crashes the demo counts on. */
  get mustCrash() {
    return this.#definition.expectedExits !== undefined;
  }

  /** Errors the demo counts on. */
  get mustThrow() {
    return this.#definition.isExpectedError !== undefined;
  }

  /**
   * Hands a document to the plug-in. Never rejects.
   *
   * @param {import("./plugin-definitions.mjs").Document} document
   * @returns {Promise<{ value: unknown } | { why: string }>}
   */
  async call(document) {
    const call = { crashes: 0 };
    const startedAt = performance.now();
    this.calls += 1;
    this.#running.add(call);
    try {
      const value = await this.#definition.call(this.#isolate, document);
      this.#onAnswer("ok", call, startedAt);
      return { value };
    } catch (error) {
      return { why: this.#onError(error, call, startedAt) };
    } finally {
      this.#running.delete(call);
    }
  }

  /** What the isolate says of itself, if it is still up. */
  async status() {
    try {
      return await this.#isolate.isolator.status();
    } catch (error) {
      this.surprises.push(`it does not answer: ${error}`);
      return undefined;
    }
  }

  /** @param {string} reason */
  shutdown(reason) {
    return this.#isolate.isolator.shutdown({ reason });
  }

  terminate() {
    return this.#isolate.isolator.terminate();
  }

  /** @param {unknown} error @param {{ crashes: number }} call @param {number} startedAt */
  #onError(error, call, startedAt) {
    if (IsolationError.is(error, "CRASHED")) {
      this.counts.crashed += 1;
      return `crashed (${error.facts.reason === "signal" ? error.facts.signal : error.facts.reason})`;
    }
    if (IsolationError.is(error)) {
      this.counts.stopped += 1;
      if (error.code !== "STOPPED") this.surprises.push(`a call failed: ${error.message}`);
      return error.code;
    }
    this.#onAnswer("threw", call, startedAt);
    if (!this.#definition.isExpectedError?.(error)) this.surprises.push(`a call threw ${String(error)}`);
    return error instanceof Error ? `threw ${error.constructor.name}: ${error.message}` : `threw a ${typeof error}`;
  }

  /** @param {"ok" | "threw"} outcome @param {{ crashes: number }} call @param {number} startedAt */
  #onAnswer(outcome, { crashes }, startedAt) {
    const now = performance.now();
    this.counts[outcome] += 1;
    this.latencies.push(now - startedAt);
    if (crashes > 0) this.replayed += 1;
    if (this.#downSince !== undefined) this.recoveries.push(now - this.#downSince);
    this.#downSince = undefined;
  }

  /** @param {{ outcome: import("process-isolation").ExitOutcome }} event */
  #onExited({ outcome }) {
    const { reason } = outcome;
    const name = outcome.kind === "signalled" && reason === "signal" ? outcome.signal : reason;
    this.exits.set(name, (this.exits.get(name) ?? 0) + 1);
    if (reason === "requested" || reason === "terminated") return;
    this.#downSince ??= performance.now();
    for (const call of this.#running) call.crashes += 1;
    if (!this.#definition.expectedExits?.includes(reason)) this.surprises.push(`its process ${outcome.description}`);
  }
}

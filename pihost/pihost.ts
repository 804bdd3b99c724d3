import { chmodSync } from "node:fs";
import { type Go, PIHOST_EXIT } from "../src/contract/index.js";
import { IsolationError } from "../src/errors/index.js";
import { CallLedger } from "./call-ledger.js";
import { openInspector, waitForDebugger } from "./debugging.js";
import { EventLoopLag } from "./event-loop-lag.js";
import { createModuleLoader, type ModuleLoader } from "./modules/index.js";
import { makeOutputSynchronous } from "./output.js";
import { createServer, type PihostServer } from "./server/index.js";

/** What the process tells whoever started it. */
export interface PihostListener {
  /** A Shutdown request was accepted. */
  onStopping(reason: string): void;
  /** A debugger may attach; the first module is loaded once it has. */
  onDebugger(url: string): void;
}

/** The isolated process: loads modules, runs calls, keeps data, and ends in order. */
export class Pihost {
  readonly isolate: string;
  readonly generation: number;
  readonly token: string;
  readonly ledger = new CallLedger();
  readonly lag = new EventLoopLag();
  readonly data = new Map<string, unknown>();
  readonly #listener: PihostListener;
  readonly #loader: ModuleLoader;
  readonly #server: PihostServer;
  #draining = false;
  #onDraining: (() => void)[] = [];

  constructor({ isolate, generation, token, from, debug }: Go, listener: PihostListener) {
    this.isolate = isolate;
    this.generation = generation;
    this.token = token;
    this.#listener = listener;
    this.#loader = createModuleLoader({
      from,
      beforeFirstLoad: () => {
        makeOutputSynchronous();
        process.setSourceMapsEnabled(true);
        if (debug) waitForDebugger();
      },
    });
    if (debug) listener.onDebugger(openInspector());
    this.#server = createServer(this);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Serves the contract; resolves when connections are accepted. */
  async serve(address: string): Promise<void> {
    await this.#server.listen(address);
    if (process.platform !== "win32") chmodSync(address, 0o600);
  }

  /** Runs one call. Rejects with what the user's code threw, or with an IsolationError. */
  async invoke(module: string, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#draining) throw new IsolationError("STOPPED", `${this.isolate} is shutting down`);
    this.ledger.begin();
    try {
      const loaded = await this.#loader.load(module);
      const result = await loaded.method(method)(...args);
      this.ledger.succeed();
      return result;
    } catch (error) {
      this.ledger.fail();
      throw error;
    }
  }

  /** Runs the callback once, when the process drains. Returns how to forget it. */
  onDraining(callback: () => void): () => void {
    this.#onDraining.push(callback);
    return () => {
      this.#onDraining = this.#onDraining.filter((other) => other !== callback);
    };
  }

  /** Refuses new calls, gives running ones `graceMs`, then ends the process. Idempotent; the first request decides. */
  shutdown(reason: string, graceMs: number): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#listener.onStopping(reason);
    for (const notify of this.#onDraining.splice(0)) notify();
    void this.#end(graceMs);
  }

  async #end(graceMs: number): Promise<void> {
    await Promise.race([this.ledger.idle(), new Promise((resolve) => setTimeout(resolve, graceMs))]);
    await this.#server.close();
    process.exit(PIHOST_EXIT.done);
  }
}

import type { ExitReason, IsolationError } from "../errors/index.js";
import type { Unresponsive } from "./watchdog.js";

/** What is known of an end beside its reason. */
export interface EndDetails {
  /** What broke the contract, or the connection. */
  readonly cause?: IsolationError;
  /** What the watchdog saw. */
  readonly unresponsive?: Unresponsive;
}

/** Whether a process that ended for this reason did so because somebody wanted it to. */
export function isWanted(reason: ExitReason): boolean {
  return reason === "requested" || reason === "terminated";
}

/** Why one process ends. Whoever makes it end says so first; what comes later cannot overwrite it. */
export class EndRecord {
  #reason: ExitReason | undefined;
  #claimed: ExitReason | undefined;
  #details: EndDetails = {};
  #forced = false;

  /** Undefined as long as the process is left to itself: then how it ended decides. */
  get reason(): ExitReason | undefined {
    return this.#reason ?? this.#claimed;
  }

  get cause(): IsolationError | undefined {
    return this.#details.cause;
  }

  get unresponsive(): Unresponsive | undefined {
    return this.#details.unresponsive;
  }

  /** Whether it was killed because asking was not enough, or was not to be asked. */
  get forced(): boolean {
    return this.#forced;
  }

  because(reason: ExitReason, details: EndDetails = {}): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#details = details;
  }

  /** The process itself gives a reason, which holds as long as nobody knows better. */
  claims(reason: ExitReason): void {
    this.#claimed ??= reason;
  }

  markForced(): void {
    this.#forced = true;
  }
}

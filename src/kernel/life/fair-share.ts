import { IsolationError } from "../../errors/index.js";
import { DEFAULT_MAX_IN_FLIGHT } from "../../isolator/index.js";
import { timerDelay } from "../../platform/index.js";
import type { IncomingCall } from "../../session/index.js";
import type { ResolvedIsolate } from "../manifest/index.js";

interface Waiting {
  readonly start: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The part of an isolate that one of its callers may keep busy. Its further calls wait, at its own cost: so one that floods
 * leaves room for the others.
 */
export class FairShare {
  readonly #bound: number;
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  readonly #ended = (): void => {
    this.#running -= 1;
    for (const next of this.#waiting) {
      this.#take(next);
      this.#begin(next.start).then(next.resolve, next.reject);
      break;
    }
  };

  /** @param bound calls that run at once */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Makes a call, now or when another one has ended. One that nobody waits for any more is not begun. */
  run(start: () => Promise<unknown>, origin: IncomingCall): Promise<unknown> {
    return this.#running < this.#bound ? this.#begin(start) : this.#wait(start, origin);
  }

  #begin(start: () => Promise<unknown>): Promise<unknown> {
    this.#running += 1;
    const result = start();
    result.then(this.#ended, this.#ended);
    return result;
  }

  #wait(start: () => Promise<unknown>, origin: IncomingCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { start, resolve, reject, timer: undefined };
      this.#waiting.add(waiting);
      const giveUp = (error: IsolationError): void => {
        if (this.#waiting.has(waiting)) this.#take(waiting);
        reject(error);
      };
      origin.onAbandoned?.(giveUp);
      if (origin.deadline === undefined) return;
      const late = new IsolationError("DEADLINE_EXCEEDED", "the time was over before the call could begin");
      waiting.timer = setTimeout(() => giveUp(late), timerDelay(Math.max(0, origin.deadline - Date.now())));
    });
  }

  #take(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    clearTimeout(waiting.timer);
  }
}

/** The part of an isolate that one of so many callers may keep busy. One part more is for the host. */
export function shareOf({ options }: ResolvedIsolate, callers: number): FairShare {
  const { maxInFlight = DEFAULT_MAX_IN_FLIGHT } = options;
  return new FairShare(Math.max(1, Math.floor(maxInFlight / (callers + 1))));
}

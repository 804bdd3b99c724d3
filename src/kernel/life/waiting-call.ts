import { IsolationError } from "../../errors/index.js";
import { timerDelay } from "../../platform/index.js";
import type { SessionCall } from "../../session/index.js";

/** A call of an isolate that has yet to begin. It is given up when nobody waits for it any more, or when its time is over. */
export class WaitingCall {
  readonly #giveUp: (error: IsolationError) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(origin: SessionCall, giveUp: (error: IsolationError) => void) {
    this.#giveUp = giveUp;
    origin.onAbandoned((error) => this.#end(error));
    if (origin.deadline === undefined) return;
    const leftMs = Math.max(0, origin.deadline - Date.now());
    this.#timer = setTimeout(() => this.#end(late()), timerDelay(leftMs));
  }

  /** False where it was given up. */
  begin(): boolean {
    clearTimeout(this.#timer);
    const isWanted = !this.#isOver;
    this.#isOver = true;
    return isWanted;
  }

  #end(error: IsolationError): void {
    if (this.begin()) this.#giveUp(error);
  }
}

function late(): IsolationError {
  return new IsolationError("DEADLINE_EXCEEDED", "the time was over before the call could begin");
}

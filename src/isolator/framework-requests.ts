import type { ProcessSession } from "../session/index.js";
import { type Generation, isWanted, RequestLost, type State } from "../supervision/index.js";
import { activatingNow } from "./activating.js";
import type { IsolateErrors } from "./isolate-errors.js";
import { keepAlive } from "./keep-alive.js";
import type { ReadyGate } from "./ready-gate.js";

/** How many generations a request may meet before it gives up. */
const REQUEST_ATTEMPTS = 3;

/** Sends a request to a generation; rejects with RequestLost when it may be sent to the next one. */
export type SendRequest<T> = (session: ProcessSession, live: Generation) => Promise<T>;

/** Requests of the framework itself. They may be sent again, and so outlive a crash. */
export class FrameworkRequests {
  readonly #owner: object;
  readonly #state: () => State;
  readonly #gate: ReadyGate<Generation>;
  readonly #errors: IsolateErrors;

  /** @param owner the isolate, as whoever prepares a generation knows it */
  constructor(owner: object, state: () => State, gate: ReadyGate<Generation>, errors: IsolateErrors) {
    this.#owner = owner;
    this.#state = state;
    this.#gate = gate;
    this.#errors = errors;
  }

  /** Sends to the generation that is or will be ready. */
  send<T>(send: SendRequest<T>): Promise<T> {
    return keepAlive.during(this.#try(send, REQUEST_ATTEMPTS));
  }

  /** The generation that is or will be ready; to whoever prepares one, that one. */
  ready(): Promise<Generation> {
    const activating = activatingNow(this.#owner);
    if (activating !== undefined) return Promise.resolve(activating);
    const state = this.#state();
    if (state.kind === "ready") return Promise.resolve(state.live);
    const down = this.#errors.inState(state);
    return down === undefined ? this.#gate.wait() : Promise.reject(down);
  }

  async #try<T>(send: SendRequest<T>, attempts: number): Promise<T> {
    const live = await this.ready();
    try {
      return await send(live.session, live);
    } catch (error) {
      if (!(error instanceof RequestLost)) throw error;
      if (attempts > 1) return this.#try(send, attempts - 1);
      const outcome = await live.outcome;
      throw this.#errors.lost(live, outcome, { requested: isWanted(outcome.reason) })();
    }
  }
}

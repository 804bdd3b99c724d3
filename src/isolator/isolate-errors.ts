import type { IsolationError, IsolationFacts } from "../errors/index.js";
import type { ExitOutcome } from "../process/index.js";
import type { Generation, RestartPolicy, State, StopCause } from "../supervision/index.js";
import { downError, type EndContext, lostCallError, outcomeFacts } from "./down-errors.js";
import type { IsolateFacts } from "./isolate-facts.js";

/** Why an isolate does not do what it was called for, with the facts of the isolate. */
export class IsolateErrors {
  readonly #facts: IsolateFacts;
  readonly #restart: RestartPolicy;

  constructor(facts: IsolateFacts, restart: RestartPolicy) {
    this.#facts = facts;
    this.#restart = restart;
  }

  /** Why no call can be taken in this state, if none can. */
  inState(state: State): IsolationError | undefined {
    if (state.kind === "stopping") return this.down(state.cause, undefined);
    return state.kind === "stopped" ? this.down(state.cause, state.outcome) : undefined;
  }

  /** Why no call can be taken. */
  down(cause: StopCause, outcome: ExitOutcome | undefined): IsolationError {
    return downError(cause, outcome, this.#factsOf(this.#facts.last, outcome), this.#restart);
  }

  /** Makes the errors for what ran in a generation and will never be answered; given how often it was tried, they tell. */
  lost(live: Generation, outcome: ExitOutcome, context: EndContext): (attempts?: number) => IsolationError {
    const facts = this.#factsOf(live, outcome);
    return (attempts) => lostCallError(outcome, attempts === undefined ? facts : { ...facts, attempts }, context);
  }

  #factsOf(live: Generation | undefined, outcome: ExitOutcome | undefined): IsolationFacts {
    return {
      isolate: this.#facts.name,
      restarts: this.#facts.restarts,
      ...(live === undefined ? {} : { generation: live.number, pid: live.pid }),
      ...(outcome === undefined ? {} : outcomeFacts(outcome)),
    };
  }
}

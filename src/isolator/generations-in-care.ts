import type { LimitPlan } from "../limits/index.js";
import type { Generation, Unresponsive } from "../supervision/index.js";
import type { CallTable } from "./call-table.js";
import { GenerationCare } from "./generation-care.js";
import type { ResolvedOptions } from "./options/index.js";

/** What follows from what is seen of a generation. */
export interface CareActions {
  readonly onUnresponsive: (live: Generation, seen: Unresponsive) => void;
  /** Replaces the generation; false when no successor is to be had now. */
  readonly recycle: (live: Generation) => Promise<boolean>;
}

/** Whether somebody waits for it who has made no call: a reader of a stream, say. The end of one that is to end has its own time. */
function isAwaitedBeside({ end, session }: Generation): boolean {
  return end.reason === undefined && session.isAwaited;
}

/** Each process that takes calls, or has taken them and lives, with what looks after it. */
export class GenerationsInCare {
  readonly #options: ResolvedOptions;
  readonly #limits: LimitPlan;
  readonly #calls: CallTable;
  readonly #actions: CareActions;
  readonly #care = new Map<Generation, GenerationCare>();

  constructor(options: ResolvedOptions, limits: LimitPlan, calls: CallTable, actions: CareActions) {
    this.#options = options;
    this.#limits = limits;
    this.#calls = calls;
    this.#actions = actions;
  }

  /** It takes calls from now on. */
  add(live: Generation): GenerationCare {
    const { unresponsiveAfterMs, recycle = {}, inProcess } = this.#options;
    const isThrottled = this.#limits.enforcement.cpu?.mechanism === "watch";
    const care = new GenerationCare(
      live,
      { unresponsiveAfterMs, recycle, isWatched: live.inspection === "off" && inProcess === undefined, isThrottled },
      {
        isAwaited: () => this.#calls.isAwaited(live) || isAwaitedBeside(live),
        isBusy: () => this.#calls.isBusy(live),
        onUnresponsive: (seen) => this.#actions.onUnresponsive(live, seen),
        recycle: () => this.#actions.recycle(live),
      },
    );
    this.#care.set(live, care);
    return care;
  }

  /** Has it replaced, now if possible. */
  recycle(live: Generation): void {
    this.#care.get(live)?.recycle();
  }

  /** Another takes the calls; those that run in this one are watched to their end. */
  retire(live: Generation): void {
    this.#care.get(live)?.retire();
  }

  /** It has ended. */
  remove(live: Generation): void {
    this.#care.get(live)?.stop();
    this.#care.delete(live);
  }
}

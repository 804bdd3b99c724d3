import type { IsolatorEventSource } from "../../isolator/index.js";
import type { ExitOutcome } from "../../process/index.js";
import { within } from "./settled.js";

/** How the processes of the replay have ended, one after the other. */
export class LiveExits {
  readonly #exits: ExitOutcome[] = [];
  #tell: (() => void) | undefined;

  listen(events: IsolatorEventSource): void {
    events.on("exited", ({ outcome }) => {
      this.#exits.push(outcome);
      this.#tell?.();
    });
  }

  /** The next end; undefined when there is none in time. */
  async next(timeoutMs: number): Promise<ExitOutcome | undefined> {
    if (this.#exits.length === 0) {
      await within(
        new Promise<void>((resolve) => {
          this.#tell = resolve;
        }),
        timeoutMs,
      );
    }
    return this.#exits.shift();
  }
}

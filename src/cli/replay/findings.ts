import type { Difference } from "./difference.js";

/** The first thing that is not as it is recorded. */
export interface Found extends Difference {
  /** The call's number, from 1. */
  readonly call: number;
  readonly name: string;
  /** The line of the record that says what was expected. */
  readonly line: number;
}

/** The call that a difference is told of. */
export interface About {
  readonly number: number;
  readonly name: string;
}

/** What a replay comes to: the first difference ends it. */
export class Findings {
  /** What could not be compared, and why. */
  readonly notes: string[] = [];
  found: Found | undefined;
  /** The number of the call that the replay is at. */
  call = 0;
  /** Resolves with the first difference. */
  readonly stopped: Promise<void>;
  #stop: () => void = () => {};

  constructor() {
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  differ({ number, name }: About, line: number, difference: Difference): void {
    if (this.found !== undefined) return;
    this.found = { call: number, name, line, ...difference };
    this.#stop();
  }
}

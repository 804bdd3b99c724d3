import { CALM_POINTS, CALM_POINTS_PER_SECOND } from "../bounds.js";
import { CODE, ConnectionError } from "./protocol.js";

/** The account of what a peer sends that is answered or left out without anybody's use: see `COST`. */
export class Calm {
  #points = CALM_POINTS;
  #filledAt = performance.now();

  /** @throws ConnectionError ENHANCE_YOUR_CALM */
  charge(points: number): void {
    this.#points -= points;
    if (this.#points >= 0) return;
    const now = performance.now();
    const earned = ((now - this.#filledAt) / 1_000) * CALM_POINTS_PER_SECOND;
    this.#filledAt = now;
    this.#points = Math.min(CALM_POINTS, this.#points + earned);
    if (this.#points < 0)
      throw new ConnectionError(CODE.enhanceYourCalm, "the peer sent too many frames that carry nothing");
  }

  credit(points: number): void {
    this.#points = Math.min(CALM_POINTS, this.#points + points);
  }
}

import { processUsage } from "../platform/index.js";
import type { Generation } from "./generation.js";

/** When a healthy process is replaced. Resolved from the option `recycle`; absent bounds are not looked at. */
export interface RecyclePolicy {
  readonly afterCalls: number | undefined;
  readonly afterMs: number | undefined;
  readonly whenRssAbove: number | undefined;
  readonly whenIdleMs: number | undefined;
}

/** Which bound was reached. */
export type RecycleReason = keyof RecyclePolicy;

export interface RecyclingHooks {
  /** Whether a call runs in the generation. */
  readonly isBusy: () => boolean;
  readonly onDue: (reason: RecycleReason) => void;
}

/** How often memory and idleness are looked at, in milliseconds. */
const LOOK_MS = 500;

/** Watches one generation and says, once, when it is due to be replaced. */
export class Recycling {
  readonly #policy: RecyclePolicy;
  readonly #live: Generation;
  readonly #isBusy: () => boolean;
  readonly #onDue: (reason: RecycleReason) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  #calls = 0;
  #isUsed = false;
  #idleSince = performance.now();
  #isOver = false;

  constructor(policy: RecyclePolicy, live: Generation, { isBusy, onDue }: RecyclingHooks) {
    this.#policy = policy;
    this.#live = live;
    this.#isBusy = isBusy;
    this.#onDue = onDue;
    const { afterMs, whenRssAbove, whenIdleMs } = policy;
    if (afterMs === undefined && whenRssAbove === undefined && whenIdleMs === undefined) return;
    const intervalMs = Math.min(LOOK_MS, ...[afterMs, whenIdleMs].filter((ms) => ms !== undefined));
    this.#timer = setInterval(() => this.#look(), Math.max(10, intervalMs));
    this.#timer.unref();
  }

  callStarted(): void {
    this.#calls += 1;
    if (this.#policy.afterCalls !== undefined && this.#calls >= this.#policy.afterCalls) this.#due("afterCalls");
  }

  /** A call that ran in this generation ended. */
  callEnded(): void {
    this.#isUsed = true;
    this.#idleSince = performance.now();
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #look(): void {
    const { afterMs, whenRssAbove, whenIdleMs } = this.#policy;
    const now = performance.now();
    if (afterMs !== undefined && now - this.#live.startedAt >= afterMs) this.#due("afterMs");
    else if (whenRssAbove !== undefined && (rssOf(this.#live) ?? 0) > whenRssAbove) this.#due("whenRssAbove");
    else if (whenIdleMs !== undefined && this.#isIdleFor(now, whenIdleMs)) this.#due("whenIdleMs");
  }

  /** A process that was never used is as good as a new one. */
  #isIdleFor(now: number, ms: number): boolean {
    return this.#isUsed && !this.#isBusy() && now - this.#idleSince >= ms;
  }

  #due(reason: RecycleReason): void {
    if (this.#isOver) return;
    this.stop();
    this.#onDue(reason);
  }
}

function rssOf({ process }: Generation): number | undefined {
  return process.innerPid === undefined ? undefined : processUsage(process.innerPid)?.rssBytes;
}

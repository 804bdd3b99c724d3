import { processUsage } from "../platform/index.js";
import type { Generation } from "./generation.js";

/** When a healthy process is replaced. Resolved from the option `recycle`; absent bounds are not looked at. */
export interface RecyclePolicy {
  readonly afterCalls?: number | undefined;
  readonly afterMs?: number | undefined;
  readonly whenRssAbove?: number | undefined;
  readonly whenIdleMs?: number | undefined;
}

export interface RecyclingHooks {
  /** Whether a call runs in the generation. */
  readonly isBusy: () => boolean;
  /** Replaces the generation; false when no successor is to be had now. */
  readonly recycle: () => Promise<boolean>;
}

/** What is known of the generation that is watched. */
export type Recyclable = Pick<Generation, "startedAt" | "wasSpare"> & {
  readonly process: Pick<Generation["process"], "innerPid">;
};

/** How often memory and idleness are looked at, in milliseconds. */
const LOOK_MS = 500;

/** How long after a successor could not be had the next one is tried; each time twice as long, up to a bound. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Watches one generation, and has it replaced when it is due, as soon as that can be done. */
export class Recycling {
  readonly #policy: RecyclePolicy;
  readonly #live: Recyclable;
  readonly #isBusy: () => boolean;
  readonly #recycle: () => Promise<boolean>;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Since when it counts as started: what it waited as a spare has worn nothing. */
  readonly #since: number;
  #calls = 0;
  #isUsed = false;
  #idleSince = performance.now();
  #isDue = false;
  #isOver = false;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;

  constructor(policy: RecyclePolicy, live: Recyclable, { isBusy, recycle }: RecyclingHooks) {
    this.#policy = policy;
    this.#live = live;
    this.#isBusy = isBusy;
    this.#recycle = recycle;
    this.#since = live.wasSpare ? performance.now() : live.startedAt;
    const { afterMs, whenRssAbove, whenIdleMs } = policy;
    if (afterMs === undefined && whenRssAbove === undefined && whenIdleMs === undefined) return;
    const intervalMs = Math.min(LOOK_MS, ...[afterMs, whenIdleMs].filter((ms) => ms !== undefined));
    this.#timer = setInterval(() => this.#look(), Math.max(10, intervalMs));
    this.#timer.unref();
  }

  callStarted(): void {
    this.#calls += 1;
    if (this.#policy.afterCalls !== undefined && this.#calls >= this.#policy.afterCalls) this.due();
  }

  /** A call that ran in this generation ended. */
  callEnded(): void {
    this.#isUsed = true;
    this.#idleSince = performance.now();
  }

  /** Has it replaced, now if possible. */
  due(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    clearInterval(this.#timer);
    void this.#try();
  }

  /** It is replaced, or gone. */
  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
  }

  async #try(): Promise<void> {
    if (this.#isOver || (await this.#recycle()) || this.#isOver) return;
    this.#retry = setTimeout(() => void this.#try(), this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
  }

  #look(): void {
    const { afterMs, whenRssAbove, whenIdleMs } = this.#policy;
    const now = performance.now();
    if (afterMs !== undefined && now - this.#since >= afterMs) this.due();
    else if (whenRssAbove !== undefined && (rssOf(this.#live) ?? 0) > whenRssAbove) this.due();
    else if (whenIdleMs !== undefined && this.#isIdleFor(now, whenIdleMs)) this.due();
  }

  /** A process that was never used is as good as a new one. */
  #isIdleFor(now: number, ms: number): boolean {
    return this.#isUsed && !this.#isBusy() && now - this.#idleSince >= ms;
  }
}

function rssOf({ process }: Recyclable): number | undefined {
  return process.innerPid === undefined ? undefined : processUsage(process.innerPid)?.rssBytes;
}

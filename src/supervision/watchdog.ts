import { type ProcessState, processState, processUsage } from "../platform/index.js";
import type { Generation } from "./generation.js";

/** How long a process that is stopped by a signal may stay so while somebody waits for it, where no other bound is set. */
const FROZEN_MS = 5_000;

/** How often the operating system is asked at the least: it takes microseconds, and nobody waits for less. */
const LONGEST_INTERVAL_MS = 500;

/** What keeps a process from answering. */
export type Diagnosis =
  /** Stopped by a signal such as SIGSTOP. */
  | "frozen"
  /** Its event loop is busy with one thing. */
  | "blocked"
  /** It does not read what it is sent, so its event loop does not turn and its pipe is full. */
  | "full-pipe";

/** What was seen of a process that does not answer. */
export interface Unresponsive {
  readonly diagnosis: Diagnosis;
  readonly forMs: number;
  readonly state: ProcessState | undefined;
  /** Processor time that it used meanwhile, in seconds, where the platform tells. */
  readonly cpuSeconds: number | undefined;
}

export interface WatchdogOptions {
  /** How long the event loop may take to answer, in milliseconds; without it only frozen processes are found. */
  readonly unresponsiveAfterMs: number | undefined;
  /** Whether somebody waits for the process. */
  readonly isBusy: () => boolean;
  readonly onUnresponsive: (seen: Unresponsive) => void;
}

/** Tells a process that does not answer from one that is busy, and says why. */
export class Watchdog {
  readonly #live: Generation;
  readonly #options: WatchdogOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #intervalMs: number;
  #lastTick = performance.now();
  #frozenSince: number | undefined;
  #asked: { readonly at: number; readonly cpuSeconds: number | undefined } | undefined;

  constructor(live: Generation, options: WatchdogOptions) {
    this.#live = live;
    this.#options = options;
    this.#intervalMs = Math.min(LONGEST_INTERVAL_MS, (options.unresponsiveAfterMs ?? FROZEN_MS) / 4);
    this.#timer = setInterval(() => this.#tick(), this.#intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // Our own event loop was blocked: what the process has answered meanwhile lies unread, and proves nothing.
    const isLate = now - this.#lastTick > 2 * this.#intervalMs + 50;
    this.#lastTick = now;
    if (isLate) {
      this.#frozenSince = undefined;
      if (this.#asked !== undefined) this.#asked = { ...this.#asked, at: now };
      return;
    }
    if (this.#options.isBusy() && this.#checkFrozen(now)) return;
    if (this.#options.unresponsiveAfterMs !== undefined) this.#checkLoop(now, this.#options.unresponsiveAfterMs);
  }

  /** Whether the process was found frozen for too long. */
  #checkFrozen(now: number): boolean {
    if (stateOf(this.#live) !== "stopped") {
      this.#frozenSince = undefined;
      return false;
    }
    this.#frozenSince ??= now;
    const forMs = now - this.#frozenSince;
    if (forMs < (this.#options.unresponsiveAfterMs ?? FROZEN_MS)) return false;
    this.#report("frozen", forMs);
    return true;
  }

  #checkLoop(now: number, unresponsiveAfterMs: number): void {
    if (this.#asked === undefined) {
      this.#asked = { at: now, cpuSeconds: cpuSecondsOf(this.#live) };
      void this.#live.session.ping().then(() => {
        this.#asked = undefined;
      });
      return;
    }
    const forMs = now - this.#asked.at;
    if (forMs < unresponsiveAfterMs) return;
    if (stateOf(this.#live) === "stopped") this.#report("frozen", forMs);
    else this.#report(this.#live.session.writable ? "blocked" : "full-pipe", forMs);
  }

  #report(diagnosis: Diagnosis, forMs: number): void {
    this.stop();
    const before = this.#asked?.cpuSeconds;
    const after = cpuSecondsOf(this.#live);
    const cpuSeconds = before === undefined || after === undefined ? undefined : after - before;
    this.#options.onUnresponsive({
      diagnosis,
      forMs: Math.round(forMs),
      state: stateOf(this.#live),
      cpuSeconds,
    });
  }
}

function stateOf({ process }: Generation): ProcessState | undefined {
  return process.innerPid === undefined ? undefined : processState(process.innerPid);
}

function cpuSecondsOf({ process }: Generation): number | undefined {
  return process.innerPid === undefined ? undefined : processUsage(process.innerPid)?.cpuSeconds;
}

/** A sentence for people. */
export function describeUnresponsive({ diagnosis, forMs, cpuSeconds }: Unresponsive): string {
  const used = cpuSeconds === undefined ? "" : `; it used ${cpuSeconds.toFixed(2)} s of processor time meanwhile`;
  switch (diagnosis) {
    case "frozen":
      return `it was frozen for ${forMs} ms (stopped by a signal such as SIGSTOP)`;
    case "blocked":
      return `its event loop was blocked for ${forMs} ms${used}`;
    case "full-pipe":
      return `it read nothing of what it was sent for ${forMs} ms and its pipe is full${used}`;
  }
}

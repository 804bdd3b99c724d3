import type { Member } from "./member.js";
import type { PoolPolicy } from "./options/index.js";
import type { PoolLoad } from "./scaling.js";

/** What of a pool's calls waits. */
export interface WaitingCalls {
  /** Those that any process may take. */
  readonly free: number;
  /** Since when the first of them has waited. */
  readonly since: number | undefined;
}

/** The processes of a pool, and which of them a call goes to. */
export class Roster {
  /** No process gets calls: it is decided what becomes of all. */
  isHeld = false;
  /** Seconds of processor time that those which have ended had used when that was read last. */
  cpuBefore = 0;
  readonly #policy: PoolPolicy;
  #members: readonly Member[] = [];
  #turns = 0;
  /** Of each that ended: until nothing of it is left. */
  readonly #ending = new Set<Promise<unknown>>();

  constructor(policy: PoolPolicy) {
    this.#policy = policy;
  }

  /** Those that have not ended, the oldest first. */
  get all(): readonly Member[] {
    return this.#members;
  }

  /** Those that take calls. */
  get open(): readonly Member[] {
    return this.#members.filter(({ isOpen }) => isOpen);
  }

  /** How many take no more calls, and have some yet. */
  get lingering(): number {
    return this.#members.filter(({ state, load }) => state === "leaving" && load > 0).length;
  }

  /** The process that whoever runs now is preparing, if it is one of these. */
  get preparing(): Member | undefined {
    for (const member of this.#members) {
      if (member.state === "starting" && member.core.activatingPid !== undefined) return member;
    }
    return undefined;
  }

  add(member: Member): void {
    this.#members = [...this.#members, member];
  }

  remove(member: Member): void {
    if (this.#members.includes(member)) this.cpuBefore += member.core.gauge.read().cpuSeconds;
    this.#members = this.#members.filter((other) => other !== member);
    // Where no process was to be had, there is nothing to wait for.
    if (member.pid === 0) return;
    const ending = member.core.stopped.wait().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Resolves when nothing is left of those that have ended. */
  async gone(): Promise<void> {
    await Promise.allSettled([...this.#ending]);
  }

  /** Whether a call may go to this process now. */
  hasRoom(member: Member): boolean {
    const { concurrency, isOneShot, spares, max } = this.#policy;
    if (!member.isOpen || this.isHeld || (isOneShot && member.given > 0)) return false;
    const { load } = member;
    return load < concurrency && (load > 0 || spares === 0 || this.#busy() < max);
  }

  /** The process that a call goes to: the least busy one, and of several the oldest, so that the others get idle. */
  leastBusy(): Member | undefined {
    let best: Member | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      if (!member.isOpen) continue;
      const { busyness } = member;
      if (busyness < least && this.hasRoom(member)) {
        best = member;
        least = busyness;
        if (least === 0) break;
      }
    }
    return best;
  }

  /** The process that a request goes to which is no call of the pool, and so waits for no room. */
  leastRequested(): Member | undefined {
    if (this.isHeld) return undefined;
    const best = leastOf(this.open);
    // Several may be looked for before the first of them has begun: then others have their turns.
    this.#turns += 1;
    if (best !== undefined) best.lastTurn = this.#turns;
    return best;
  }

  /** @param lastReady when the last process got ready */
  load({ free, since }: WaitingCalls, lastReady: number, now: number): PoolLoad {
    const load = { ready: 0, busy: 0, starting: 0, leaving: 0, waiting: free, waitedMs: 0 };
    for (const member of this.#members) {
      if (member.state === "leaving") load.leaving += 1;
      // The successor of one that is due is none more.
      else if (member.state === "starting") load.starting += member.purpose.kind === "recycle" ? 0 : 1;
      else if (member.isOpen) {
        load.ready += 1;
        if (member.load > 0) load.busy += 1;
      }
    }
    if (since !== undefined) load.waitedMs = now - Math.max(since, lastReady);
    return load;
  }

  #busy(): number {
    let busy = 0;
    for (const member of this.#members) if (member.isOpen && member.load > 0) busy += 1;
    return busy;
  }
}

/** The least busy, and of several the one whose last turn was longest ago. */
function leastOf(members: readonly Member[]): Member | undefined {
  let best: Member | undefined;
  for (const member of members) {
    const isBetter =
      best === undefined ||
      member.busyness < best.busyness ||
      (member.busyness === best.busyness && member.lastTurn < best.lastTurn);
    if (isBetter) best = member;
  }
  return best;
}

import type { Member } from "./member.js";
import { MovableTimer } from "./movable-timer.js";
import type { PoolPolicy } from "./options/index.js";
import type { Roster } from "./roster.js";

/** Ends the processes that have had nothing to do for too long, the one first that was idle longest. */
export class IdleMembers {
  readonly #policy: PoolPolicy;
  readonly #roster: Roster;
  readonly #end: (member: Member) => void;
  readonly #timer = new MovableTimer(() => this.#endIdle());

  /** @param end ends one, which takes no more calls then */
  constructor(policy: PoolPolicy, roster: Roster, end: (member: Member) => void) {
    this.#policy = policy;
    this.#roster = roster;
    this.#end = end;
  }

  /** To be called when it may have become idle. */
  watch(member: Member): void {
    if (member.busyness === 0 && member.isOpen) this.#timer.by(member.idleSince + this.#policy.idleMs);
  }

  stop(): void {
    this.#timer.stop();
  }

  #endIdle(): void {
    const { min, spares, idleMs } = this.#policy;
    const now = performance.now();
    const { open } = this.#roster;
    const idle = open.filter(({ busyness }) => busyness === 0).sort((one, other) => one.idleSince - other.idleSince);
    const removable = idle.slice(0, Math.max(0, Math.min(open.length - min, idle.length - spares)));
    for (const member of removable) {
      if (now - member.idleSince < idleMs) {
        this.watch(member);
        return;
      }
      this.#end(member);
    }
  }
}

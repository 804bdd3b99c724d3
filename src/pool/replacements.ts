import type { IsolationError } from "../errors/index.js";
import type { Member } from "./member.js";

/** What a replacement is to whoever has the processes. */
export interface ReplacementOwner {
  /** Whether no process is replaced any more. */
  isOver(): boolean;
  /** Whether so many of those that were replaced have calls yet that no other is replaced because it is due. */
  isCrowded(): boolean;
  /** The one that is to take over, among the others and not started yet. */
  successorOf(member: Member): Member;
  onFailed(fresh: Member, error: IsolationError, willRetry: boolean): void;
  /** It takes calls: the old one may go. */
  onReplaced(member: Member, fresh: Member): void;
}

/** Replaces processes, one at a time: the fresh one takes calls before the old one goes. */
export class Replacements {
  readonly #owner: ReplacementOwner;
  #last: Promise<unknown> = Promise.resolve();

  constructor(owner: ReplacementOwner) {
    this.#owner = owner;
  }

  /**
   * @param willRetry whether it is tried again later: then it may have to wait
   * @returns the fresh one, unless the old one has gone before its turn, or has to wait
   * @throws IsolationError what keeps another from starting: the old one goes on
   */
  replace(member: Member, willRetry: boolean): Promise<Member | undefined> {
    const replaced = this.#last.then(() => this.#replace(member, willRetry));
    this.#last = replaced.catch(() => {});
    return replaced;
  }

  async #replace(member: Member, willRetry: boolean): Promise<Member | undefined> {
    if (!member.isOpen || this.#owner.isOver()) return undefined;
    if (willRetry && this.#owner.isCrowded()) return undefined;
    const fresh = this.#owner.successorOf(member);
    try {
      await fresh.start();
    } catch (error) {
      this.#owner.onFailed(fresh, error as IsolationError, willRetry);
      throw error;
    }
    this.#owner.onReplaced(member, fresh);
    return fresh;
  }
}

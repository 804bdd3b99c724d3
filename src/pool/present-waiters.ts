import type { IsolationError } from "../errors/index.js";
import type { Member } from "./member.js";

interface Waiter {
  readonly resolve: (member: Member) => void;
  readonly reject: (error: IsolationError) => void;
}

/** Who waits for any process that takes calls. */
export class PresentWaiters {
  #waiters: Waiter[] = [];

  get size(): number {
    return this.#waiters.length;
  }

  wait(): Promise<Member> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** @param find the process that the next of them gets */
  serve(find: () => Member | undefined): void {
    for (const { resolve, reject } of this.#waiters.splice(0)) {
      const member = find();
      if (member === undefined) this.#waiters.push({ resolve, reject });
      else resolve(member);
    }
  }

  refuse(toError: () => IsolationError): void {
    for (const { reject } of this.#waiters.splice(0)) reject(toError());
  }
}

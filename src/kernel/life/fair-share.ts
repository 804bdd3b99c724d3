import { type AskedCall, DEFAULT_MAX_IN_FLIGHT } from "../../isolator/index.js";
import type { SessionCall } from "../../session/index.js";
import type { ResolvedIsolate } from "../manifest/index.js";
import { WaitingCall } from "./waiting-call.js";

/** Begins a call, which is told what it comes to. */
export type BeginCall = (call: AskedCall) => void;

/**
 * The part of an isolate that one of its callers may keep busy. Its further calls wait, at its own cost: so one that floods
 * leaves room for the others.
 */
export class FairShare {
  readonly #bound: number;
  readonly #waiting = new Map<WaitingCall, () => void>();
  #running = 0;
  #isFilling = false;

  /** @param bound calls that run at once */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Begins a call, now or when another one has ended. One that nobody waits for any more is not begun. */
  run(begin: BeginCall, args: readonly unknown[], origin: SessionCall): void {
    if (this.#running < this.#bound) this.#begin(begin, args, origin);
    else this.#wait(begin, args, origin);
  }

  /** A call of it has ended. */
  left(): void {
    this.#running -= 1;
    if (this.#waiting.size > 0) this.#fill();
  }

  #begin(begin: BeginCall, args: readonly unknown[], origin: SessionCall): void {
    this.#running += 1;
    begin(new SharedCall(this, args, origin));
  }

  #wait(begin: BeginCall, args: readonly unknown[], origin: SessionCall): void {
    const waiting = new WaitingCall(origin, (error) => {
      this.#waiting.delete(waiting);
      origin.reject(error);
    });
    this.#waiting.set(waiting, () => this.#begin(begin, args, origin));
  }

  /** In a loop: a call that fails as soon as it begins would begin the next one deeper and deeper in the stack. */
  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    for (const [waiting, begin] of this.#waiting) {
      if (this.#running >= this.#bound) break;
      this.#waiting.delete(waiting);
      if (waiting.begin()) begin();
    }
    this.#isFilling = false;
  }
}

/** A call that leaves its place to the next when it is answered. */
class SharedCall implements AskedCall {
  readonly args: readonly unknown[];
  readonly origin: SessionCall;
  // Not `#private`: one is made for every call.
  private readonly share: FairShare;

  constructor(share: FairShare, args: readonly unknown[], origin: SessionCall) {
    this.share = share;
    this.args = args;
    this.origin = origin;
  }

  resolve(value: unknown): void {
    this.origin.resolve(value);
    this.share.left();
  }

  reject(error: unknown): void {
    this.origin.reject(error);
    this.share.left();
  }
}

/** The part of an isolate that one of so many callers may keep busy. One part more is for the host. */
export function shareOf({ options }: ResolvedIsolate, callers: number): FairShare {
  const { maxInFlight = DEFAULT_MAX_IN_FLIGHT } = options;
  return new FairShare(Math.max(1, Math.floor(maxInFlight / (callers + 1))));
}

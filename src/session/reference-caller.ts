import { IsolationError } from "../errors/index.js";
import type { CallTarget } from "./call-target.js";
import { quiet } from "./quiet.js";
import type { Scope } from "./scope.js";

/** How stand-ins call what they stand for. */
export interface ReferenceCaller {
  /**
   * @param order the scope in whose order the call goes, where it has one
   * @param standIn what must not be collected while the call is under way: the loan would end
   */
  call(target: CallTarget, args: unknown[], order: Scope | undefined, standIn: object): Promise<unknown>;
  /** The target will not be called again, and the other side knows: what was lent is lent no more. */
  forget(target: CallTarget): void;
  /** The target will not be called again. */
  release(target: CallTarget): void;
}

/** What a call of a stand-in hears whose loan is over. */
export function rejectReleased(): Promise<never> {
  const message = "it was lent for a call that is over, or was released; keep() lends a function for longer";
  return quiet(Promise.reject(new IsolationError("STOPPED", message)));
}

import { costOfJson } from "../codec/index.js";
import type { Account } from "./account.js";

/** The values of a column. */
export interface Column {
  readonly values: readonly unknown[];
  /** What one of them keeps, in bytes, as estimated; 0 where that was not looked at. */
  readonly share: number;
  /** Bytes that are held until the column was read. */
  readonly held: number;
}

/**
 * Reads a column, once it is certain that it does not cost too much.
 *
 * @param smallLength texts that are shorter are not looked at
 * @throws IsolationError PROTOCOL, a breach, when it costs too much; TypeError or SyntaxError when it is none
 */
export function openColumn(account: Account, text: string, length: number, smallLength: number): Column {
  let share = 0;
  let held = 0;
  if (account.isBounded && text.length >= smallLength) {
    const cost = costOfJson(text, account.budget.held);
    share = Math.ceil(cost / length);
    held = cost + text.length;
    account.hold(held);
  }
  try {
    const values: unknown = JSON.parse(text);
    if (Array.isArray(values) && values.length === length) return { values, share, held };
    throw new TypeError(`a column should have ${length} elements`);
  } catch (error) {
    account.release(held);
    throw error;
  }
}

export function closeColumn(account: Account, { held }: Column): void {
  account.release(held);
}

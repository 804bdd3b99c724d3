import { durationOf } from "../../isolator/index.js";

/** The count of each bucket since an earlier reading; all of it where the counting began anew since. */
export function countsSince(now: readonly number[], before: readonly number[] | undefined): readonly number[] {
  const isAnew = before === undefined || now.some((count, index) => count < (before[index] ?? 0));
  return isAnew ? now : now.map((count, index) => count - (before[index] ?? 0));
}

/** The duration that this part of the calls did not exceed, in milliseconds; null where there were none. */
export function quantile(counts: readonly number[], part: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = Math.ceil(total * part);
  const bucket = counts.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
  return durationOf(bucket);
}

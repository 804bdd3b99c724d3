/** @param {readonly number[]} values @param {number} share of them that are smaller */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** The value in the middle. @param {readonly number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

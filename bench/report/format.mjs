/** A figure with three significant digits or, from a thousand on, thousands separated. @param {number} value */
export function formatFigure(value) {
  if (!Number.isFinite(value)) return "–";
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1000 ? Math.round(rounded).toLocaleString("en-US") : String(rounded);
}

/** @param {number} value */
export function formatRatio(value) {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}×`;
}

/** A ratio with its least and greatest of all rounds. @param {import("../measure/series.mjs").Ratio | undefined} ratio */
export function formatSpread(ratio) {
  // A difference of memory may be nothing, or less.
  if (ratio === undefined || !Number.isFinite(ratio.median) || ratio.min <= 0) return "–";
  const [least, greatest] = [ratio.min, ratio.max].map((value) => formatRatio(value).slice(0, -1));
  return `${formatRatio(ratio.median)} (${least}–${greatest})`;
}

/** @param {number} bytes a power of two */
export function formatBytes(bytes) {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${bytes / 1024 ** power} ${units[power]}`;
}

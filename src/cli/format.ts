const BYTES_IN = [
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
] as const;

const MS_IN = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** "45.2 MiB" */
export function formatBytes(bytes: number): string {
  const [unit, size] = BYTES_IN.find(([, size]) => bytes >= size) ?? ["B", 1];
  return `${size === 1 ? bytes : (bytes / size).toFixed(1)} ${unit}`;
}

/** "2h 5m": the two largest units, or "340 ms". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const first = MS_IN.findIndex(([, size]) => ms >= size);
  let rest = ms;
  const parts = MS_IN.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return `${count}${unit}`;
  });
  return parts.join(" ");
}

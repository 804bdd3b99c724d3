/** Numbers as people read them, each as short as it is told apart. */

export const NONE = "\u2013";

const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return NONE;
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function formatPercent(percent: number | null): string {
  if (percent === null) return NONE;
  return `${percent >= 9.95 ? Math.round(percent) : percent.toFixed(1)} %`;
}

export function formatRate(rate: number | null): string {
  if (rate === null) return NONE;
  if (rate >= 100_000) return `${Math.round(rate / 1_000)}k`;
  if (rate >= 10_000) return `${(rate / 1_000).toFixed(1)}k`;
  return rate >= 9.95 || rate === 0 ? String(Math.round(rate)) : rate.toFixed(1);
}

export function formatCount(count: number | null): string {
  return count === null ? NONE : count.toLocaleString("en-US");
}

/** A latency. */
export function formatMs(ms: number | null): string {
  if (ms === null) return NONE;
  if (ms < 0.995) return `${ms.toFixed(2)} ms`;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 9_950 ? 1 : 0)} s`;
}

/** A time that has passed, in its two largest units. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return NONE;
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3_600), Math.floor(seconds / 86_400)];
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min ${seconds % 60} s`;
  if (days === 0) return `${hours} h ${minutes % 60} min`;
  return `${days} d ${hours % 24} h`;
}

/** How long a process lived: short lives in milliseconds, long ones in their largest unit. */
export function formatLife(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : formatAgo(ms).replace(" ago", "");
}

/** `14:02:07.123`, on this machine's clock. */
export function formatClock(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

export function formatAgo(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

/** The end of a module's address, which tells it from others. */
export function shortModule(module: string): string {
  if (!module.startsWith("file:")) return module;
  try {
    return decodeURIComponent(new URL(module).pathname.split("/").slice(-2).join("/"));
  } catch {
    return module;
  }
}

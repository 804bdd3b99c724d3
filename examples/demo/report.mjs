/**
 * What happened, as text: the calls per plug-in, the files, the times.
 *
 * @param {import("./check-accounts.mjs").Run} run
 * @param {number} elapsedMs
 */
export function report(run, elapsedMs) {
  return [table(run.plugins.map(callRow)), table(run.plugins.map(processRow)), files(run, elapsedMs)].join("\n\n");
}

/** @param {import("./plugin.mjs").Plugin} plugin */
function callRow({ name, calls, counts, replayed, latencies }) {
  const { ok, threw, crashed, stopped } = counts;
  return {
    "plug-in": name,
    calls,
    ok,
    threw,
    crashed,
    stopped,
    replayed,
    "p50 ms": percentile(latencies, 0.5),
    "p99 ms": percentile(latencies, 0.99),
  };
}

/** @param {import("./plugin.mjs").Plugin} plugin */
function processRow({ name, restarts, recoveries, exits }) {
  return {
    "plug-in": name,
    restarts,
    "crash → answer ms": percentile(recoveries, 0.5),
    "longest ms": percentile(recoveries, 1),
    exits: [...exits].map(([reason, count]) => `${count} × ${reason}`).join(", "),
  };
}

/** @param {import("./check-accounts.mjs").Run} run @param {number} elapsedMs */
function files({ paths, outcomes }, elapsedMs) {
  const rendered = outcomes.filter(({ failure }) => failure === undefined);
  const complete = rendered.filter(({ missing }) => missing.size === 0);
  const seconds = elapsedMs / 1_000;
  const kilobytes = (/** @type {"markdown" | "html"} */ what) =>
    Math.round(outcomes.reduce((sum, { size }) => sum + size[what], 0) / 1_000);
  const notBegun = paths.length - outcomes.length;
  return [
    `${paths.length} files: ${rendered.length} rendered, ${outcomes.length - rendered.length} failed, ${notBegun} not begun`,
    ...countReasons(outcomes.map(({ failure }) => failure)).map(([why, count]) => `  ${count} failed: ${why}`),
    `${rendered.length} rendered: ${complete.length} with the part of every plug-in, ${rendered.length - complete.length} without some part`,
    ...countReasons(rendered.flatMap(({ missing }) => [...missing].map(([name, why]) => `${name} ${why}`))).map(
      ([why, count]) => `  ${count} × ${why}`,
    ),
    `${kilobytes("markdown")} kB of Markdown became ${kilobytes("html")} kB of HTML`,
    `${seconds.toFixed(1)} s, ${(outcomes.length / seconds).toFixed(0)} files/s`,
  ].join("\n");
}

/** Counts the kinds of reasons: what is before the colon. @param {readonly (string | undefined)[]} reasons */
function countReasons(reasons) {
  const counts = new Map();
  for (const reason of reasons) {
    const [kind] = reason?.split(": ") ?? [];
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** @param {readonly number[]} values @param {number} share from 0 to 1 */
function percentile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? "" : value.toFixed(1);
}

/** Columns of numbers are aligned on the right. @param {readonly Record<string, string | number>[]} rows */
function table(rows) {
  const names = Object.keys(rows[0] ?? {});
  const columns = names.map((name) => {
    const cells = rows.map((row) => String(row[name]));
    const width = Math.max(name.length, ...cells.map((cell) => cell.length));
    const isNumeric = cells.every((cell) => /^[\d.]*$/.test(cell));
    return [name, "─".repeat(width), ...cells].map((cell) => (isNumeric ? cell.padStart(width) : cell.padEnd(width)));
  });
  return Array.from({ length: rows.length + 2 }, (_, line) =>
    columns
      .map((column) => column[line])
      .join("  ")
      .trimEnd(),
  ).join("\n");
}

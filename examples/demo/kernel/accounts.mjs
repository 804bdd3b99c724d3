/**
 * @typedef {object} Accounts
 * @property {readonly import("./traffic.mjs").Count[]} counts of the requests, by those who sent them
 * @property {ReadonlySet<string>} confirmed the orders that clients were told of
 * @property {readonly { id: string }[]} book the orders as the host has written them down
 * @property {readonly number[]} left processes of the kernel that run after its end
 */

/** Requests that must not fail: whoever may be asked again is asked again. */
const MUST_BE_ANSWERED = ["Catalog.Get", "pricing → catalog"];

/** How a request may fail that must not run twice: its process has died, and it says so. */
const HONEST = ["UNAVAILABLE"];

/** One line for each kind of request. @param {Accounts} accounts */
export function accountTable(accounts) {
  const rows = accounts.counts.map((count) => {
    const { kind, sent, answered, failed } = count;
    const why = [...failed].map(([status, times]) => `${times} × ${status}`).join(", ") || "0";
    const twice = kind === "Orders.Place" ? String(runTwice(accounts)) : "";
    return [kind, String(sent), String(answered), String(lost(count)), twice.padStart(9), why];
  });
  const head = ["request", "sent", "answered", "lost", "run twice", "failed"];
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, column) =>
        column >= 1 && column <= 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...rows.map(line)].join("\n");
}

/** What does not add up. @param {Accounts} accounts @returns {string[]} */
export function checkKernelAccounts(accounts) {
  const { counts, confirmed, book, left } = accounts;
  const written = new Set(book.map(({ id }) => id));
  const missing = [...confirmed].filter((id) => !written.has(id)).length;
  /** @type {[string, number][]} */
  const problems = [
    ...counts.map((count) => /** @type {[string, number]} */ ([`${count.kind}: without an end`, lost(count)])),
    ...counts.flatMap(({ kind, answered, failed }) => [
      /** @type {[string, number]} */ ([`${kind}: never answered`, answered === 0 ? 1 : 0]),
      ...[...failed]
        .filter(([status]) => MUST_BE_ANSWERED.includes(kind) || !HONEST.includes(status))
        .map(([status, times]) => /** @type {[string, number]} */ ([`${kind}: failed with ${status}`, times])),
    ]),
    ["orders that were written down twice", runTwice(accounts)],
    ["orders that were confirmed and not written down", missing],
    ["processes that are left", left.length],
  ];
  return problems.filter(([, count]) => count !== 0).map(([what, count]) => `${what}: ${count}`);
}

/** @param {import("./traffic.mjs").Count} count */
function lost({ sent, answered, failed }) {
  return sent - answered - [...failed.values()].reduce((sum, one) => sum + one, 0);
}

/** @param {Accounts} accounts */
function runTwice({ book }) {
  return book.length - new Set(book.map(({ id }) => id)).size;
}

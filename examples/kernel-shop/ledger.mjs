/**
 * The book of orders, kept by the host: in the isolates, only `record` and `amounts` can be reached, by those who were
 * granted them.
 */
export function createLedger() {
  /** @type {import("./ledger.ts").Entry[]} */
  const orders = [];
  return {
    orders,
    /** @param {import("./ledger.ts").Entry} entry */
    record: (entry) => void orders.push(entry),
    amounts: () => orders.slice(-1_000).map(({ cents }) => cents),
  };
}

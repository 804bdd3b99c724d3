import type { Order } from "./gen/shop.ts";

/** What the host lends to isolates as `host.ledger`: it outlives them all. */
export interface Ledger {
  record(entry: Entry): void;
  /** What each order came to. */
  amounts(): number[];
}

export type Entry = Omit<Order, "mailed">;

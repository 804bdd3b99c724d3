/** What the host lends to isolates as `host.ledger`: it outlives them all. */
export interface Ledger {
  record(order: Order): void;
  /** What each order came to. */
  amounts(): number[];
}

export interface Order {
  id: string;
  sku: string;
  count: number;
  cents: number;
}

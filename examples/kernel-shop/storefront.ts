// What people see. Implements shop.v1.Storefront. What is missing of the extras leaves a gap in the page, and no more.
import { use } from "process-isolation/pihost";
import type { Item, PageRequest, PageResponse, SearchRequest, SearchResponse } from "./gen/shop.ts";

const catalog = use<typeof import("./catalog.ts")>("catalog", { idempotent: true });
const orders = use<typeof import("./orders.ts")>("orders", { idempotent: true });
const theme = use<typeof import("./theme.ts")>("theme");
const stats = use<{ summary(cents: number[]): { orders: number; median: number } }>("stats", { idempotent: true });

export async function page({ css }: PageRequest): Promise<PageResponse> {
  const [items, style, sold] = await Promise.all([
    itemsWith(""),
    theme.compile({ css }).catch(() => ""),
    orders
      .recent()
      .then((cents) => stats.summary(cents))
      .catch(() => undefined),
  ]);
  const rows = items.map(({ title, cents }) => `<li>${title}: ${(cents / 100).toFixed(2)} €`);
  const median = sold === undefined ? "" : `<p>${sold.orders} orders, half of them above ${sold.median / 100} €`;
  return { html: `<style>${style}</style><ul>${rows.join("")}</ul>${median}` };
}

export async function* search(texts: AsyncIterable<SearchRequest>): AsyncGenerator<SearchResponse> {
  for await (const { text } of texts) yield { text, items: await itemsWith(text) };
}

/** Read as a stream, from the isolate that has it. */
async function itemsWith(contains: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of catalog.list({ contains })) items.push(item);
  return items;
}

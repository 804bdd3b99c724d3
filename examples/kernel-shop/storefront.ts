// What people see. Implements shop.v1.Storefront. What is missing of the extras leaves a gap in the page, and no more.
import { use } from "process-isolation/pihost";
import type { Item, PageRequest, PageResponse, SearchRequest, SearchResponse } from "./gen/shop.ts";

const catalog = use<typeof import("./catalog.ts")>("catalog", { idempotent: true });
const orders = use<typeof import("./orders.ts")>("orders", { idempotent: true });
const theme = use<typeof import("./theme.ts")>("theme");
const stats = use<{ summary(cents: number[]): { orders: number; median: number } }>("stats", { idempotent: true });

export async function page({ css }: PageRequest): Promise<PageResponse> {
  const [items, compiled, sold] = await Promise.all([
    itemsWith(""),
    theme.compile({ css }).catch(() => ""),
    orders
      .recent()
      .then((cents) => stats.summary(cents))
      .catch(() => undefined),
  ]);
  const rows = items.map(({ title, cents }) => `<li>${escaped(title)}: ${euros(cents)}`);
  const median = sold === undefined ? "" : `<p>${sold.orders} orders, half of them of ${euros(sold.median)} or more`;
  return { html: `<ul>${rows.join("")}</ul>${median}`, css: compiled };
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

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const euros = (cents: number): string => `${(cents / 100).toFixed(2)} €`;

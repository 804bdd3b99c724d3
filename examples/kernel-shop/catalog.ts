// What the shop sells, and how much of it is left. Implements shop.v1.Catalog; other isolates call the same functions.
import { getData, setData } from "process-isolation/pihost";
import type { GetRequest, Item, ListRequest } from "./gen/shop.ts";

const items = new Map<string, Item>(
  [
    { sku: "tea", title: "Tea, Assam, 250 g", cents: 790, stock: 1_000_000 },
    { sku: "pot", title: "Teapot, cast iron", cents: 4_900, stock: 1_000_000 },
    { sku: "cup", title: "Cup, porcelain", cents: 1_250, stock: 1_000_000 },
    { sku: "last", title: "Teaspoon, the last one", cents: 300, stock: 1 },
  ].map((item) => [item.sku, item]),
);

/** Runs before anybody can call. What `setData` keeps outlives the process: after a crash, the stock is what it was. */
export function start(): void {
  const stock = getData<Map<string, number>>("stock") ?? new Map<string, number>();
  for (const item of items.values()) item.stock = stock.get(item.sku) ?? item.stock;
}

export function get({ sku }: GetRequest): Item {
  const item = items.get(sku);
  if (item === undefined) throw Object.assign(new Error(`the shop has no ${sku}`), { code: 5 }); // NOT_FOUND
  return item;
}

export async function* list({ contains }: ListRequest): AsyncGenerator<Item> {
  for (const item of items.values()) if (item.title.toLowerCase().includes(contains.toLowerCase())) yield item;
}

/** For orders only: the manifest grants it to nobody else. */
export async function take({ sku, count }: { sku: string; count: number }): Promise<void> {
  const item = get({ sku });
  if (item.stock < count) throw Object.assign(new Error(`${item.stock} of ${sku} left`), { code: 9 }); // FAILED_PRECONDITION
  item.stock -= count;
  await setData("stock", new Map([...items.values()].map(({ sku, stock }) => [sku, stock])));
}

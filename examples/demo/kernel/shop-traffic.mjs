import { randomUUID } from "node:crypto";
import { Traffic } from "./traffic.mjs";

const CSS = "ul { & li { color: #ff0000 } }";

/**
 * @typedef {ReturnType<typeof import("../../kernel-shop/shop-client.mjs").connectShop>} Shop
 * @typedef {import("process-isolation/kernel").KernelIsolate<typeof import("../../kernel-shop/pricing.ts")>} Pricing
 */

/**
 * People who look and buy: every kind of request that the shop has, at its front door; and calls from isolate to isolate.
 *
 * @param {Shop} shop
 * @param {Pricing} pricing which asks the catalog in its turn
 */
export function beginTraffic(shop, pricing) {
  const traffic = new Traffic();
  /** The orders that a client has been told of. @type {Set<string>} */
  const confirmed = new Set();
  traffic.begin("Catalog.Get", 4, () => shop.get("tea"));
  traffic.begin("Catalog.List, a stream", 2, () => drain(shop.list("")));
  traffic.begin("Orders.Place", 4, async () => {
    const id = randomUUID();
    await shop.place({ id, sku: "cup", count: 3, email: "ada@example.org" });
    confirmed.add(id);
  });
  traffic.begin("Storefront.Page", 2, () => shop.page(CSS));
  traffic.begin("Storefront.Search, both ways", 1, () => {
    const search = shop.search();
    for (const text of ["t", "te", "tea"]) search.write({ text });
    search.end();
    return drain(search);
  });
  traffic.begin("pricing → catalog", 4, () => pricing.api.quote({ sku: "cup", count: 3 }));
  return { traffic, confirmed };
}

/** @param {AsyncIterable<unknown>} stream */
async function drain(stream) {
  for await (const _ of stream);
}

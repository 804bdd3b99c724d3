// One of each kind of request: SHOP=… TOKEN=… node examples/kernel-shop/client.mjs, with what host.mjs printed.
import { randomUUID } from "node:crypto";
import { connectShop } from "./shop-client.mjs";

const { SHOP, TOKEN } = process.env;
if (SHOP === undefined || TOKEN === undefined) {
  console.error("Set SHOP and TOKEN to what host.mjs printed.");
  process.exit(2);
}

const shop = connectShop(SHOP, TOKEN);
const order = (/** @type {string} */ sku, /** @type {number} */ count) => ({
  id: randomUUID(),
  sku,
  count,
  email: "ada@example.org",
});

console.log("get", await shop.get("tea"));
for await (const item of shop.list("")) console.log("list", item.title);
console.log("place", await shop.place(order("cup", 6)));
console.log("placeAll", await shop.placeAll([order("tea", 1), order("pot", 1)]));
await shop.place(order("cake", 1)).catch(({ message }) => console.log("place", message));

const search = shop.search();
for (const text of ["c", "cu", "cup"]) search.write({ text });
search.end();
for await (const { text, items } of search) console.log("search", text, items.length);

console.log("page", await shop.page("ul { & li { color: #ff0000 } }"));
// This one kills the process that compiles it. The page comes without a style, and the next one has its own again.
console.log("page", await shop.page("a{".repeat(20_000)));
shop.close();

// The demo's second half: a shop of seven isolates behind one front door, under traffic. Its processes are killed, segfault and
// throw; one is replaced, another one is refused; and at the end every request is accounted for.
//
//   npm run demo
import { existsSync } from "node:fs";
import { Kernel } from "process-isolation/kernel";
import { createLedger } from "../../kernel-shop/ledger.mjs";
import { connectShop } from "../../kernel-shop/shop-client.mjs";
import { accountTable, checkKernelAccounts } from "./accounts.mjs";
import { beginTraffic } from "./shop-traffic.mjs";
import { Story } from "./story.mjs";

const shopFile = (/** @type {string} */ name) => new URL(`../../kernel-shop/${name}`, import.meta.url);

console.log("Seven isolates, one front door: examples/kernel-shop\n");
const ledger = createLedger();
const kernel = await Kernel.start(shopFile("pihost.yaml"), { host: { ledger } });
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.once(signal, () => void kernel.shutdown({ reason: signal }).then(() => process.exit(1)));
}
const story = new Story(kernel);
await story.isolates();

const address = `unix://${kernel.socket}`;
const shop = connectShop(address, kernel.tokens.create({ scopes: ["call:*"] }).token);
const pricing = kernel.isolate("pricing", { idempotent: true });
const { traffic, confirmed } = beginTraffic(shop, /** @type {import("./shop-traffic.mjs").Pricing} */ (pricing));
console.log("\nPeople look and buy, while");
await story.until(() => traffic.answered >= 200);

await story.survives("catalog is killed with SIGKILL", ["catalog", "pricing", "orders", "storefront"], () =>
  process.kill(story.pid("catalog"), "SIGKILL"),
);
await story.survives("a style sheet crashes the native add-on of theme", ["theme"], () =>
  shop.page("a{".repeat(20_000)),
);
await story.survives("mailer throws where nobody catches", ["mailer"], () =>
  shop.place({ id: "without-mail", sku: "tea", count: 1, email: "nobody" }),
);
await story.survives("stats, in Python, is killed with SIGKILL", ["stats"], () =>
  process.kill(story.pid("stats"), "SIGKILL"),
);

const failedBefore = traffic.failed;
const answeredBefore = traffic.answered;
await story.does("pricing is replaced by a version with a sale", async () => {
  await kernel.replace("pricing", { module: shopFile("pricing-sale.ts") });
  return `${traffic.answered - answeredBefore} requests answered meanwhile, ${traffic.failed - failedBefore} failed`;
});
await story.does("mailer is replaced by a version that wants to read the books", async () => {
  const error = await kernel.replace("mailer", { module: shopFile("mailer-greedy.ts") }).catch((refused) => refused);
  return error?.cause?.message ?? error?.message ?? "it was let in";
});
await story.does("somebody orders with a token for the catalog", async () => {
  const { token } = kernel.tokens.create({ scopes: ["call:shop.v1.Catalog"] });
  const reader = connectShop(address, token);
  const order = reader.place({ id: "not-allowed", sku: "tea", count: 1, email: "eve@example.org" });
  return order
    .then(
      () => "it was let in",
      ({ message }) => message,
    )
    .finally(() => reader.close());
});

await traffic.end();
shop.close();
const socket = kernel.socket ?? "";
await kernel.shutdown({ reason: "the demo is over" });

const accounts = { counts: traffic.counts, confirmed, book: ledger.orders, left: story.processesLeft() };
console.log(`\n${accountTable(accounts)}\n`);
const problems = [
  ...checkKernelAccounts(accounts),
  ...story.surprises,
  ...(existsSync(socket) ? ["the front door's socket is left"] : []),
];
for (const problem of problems) console.log(`does not add up: ${problem}`);
console.log(`${story.seen} processes came and went, ${accounts.left.length} are left`);
if (problems.length === 0) console.log("every request is accounted for");
process.exitCode = problems.length === 0 ? 0 : 1;

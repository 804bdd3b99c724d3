import { chromium } from "playwright-core";
import { keepBusy, startMany, startShop } from "/tmp/wt/dashboard/scripts/pictures/shop.mjs";

const what = process.argv[2];
const kernel = what === "many" ? await startMany(50) : await startShop();
keepBusy(kernel);
const { url } = await kernel.dashboard();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const shot = async (name, opts, act) => {
  const page = await browser.newPage(opts);
  page.on("console", (m) => console.log(name, m.type(), m.text()));
  page.on("pageerror", (e) => console.log(name, "ERR", e.message));
  await page.goto(url);
  await page.waitForTimeout(Number(process.argv[3] ?? 6000));
  await act?.(page);
  await page.screenshot({ path: `/tmp/shots/${what}-${name}.png` });
  await page.close();
};
const die = (n, m) =>
  kernel
    .isolate(n)
    .api[m]()
    .catch(() => {});
if (what === "shop") {
  die("search", "segfault");
  die("mailer", "fail");
  await Promise.all([
    shot("light", { viewport: { width: 1440, height: 900 } }),
    shot("dark-selected", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }, async (p) => {
      await p.getByRole("button", { name: "orders" }).first().click();
      await p.waitForTimeout(300);
    }),
  ]);
  await shot("narrow", { viewport: { width: 480, height: 900 } });
}
if (what === "many") await shot("light", { viewport: { width: 1440, height: 900 } });
if (what === "many")
  await shot("dark", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }, async (p) => {
    await p.getByRole("button", { name: "service-05" }).first().click();
    await p.waitForTimeout(300);
  });
await browser.close();
await kernel.shutdown({ graceMs: 100 });
process.exit();

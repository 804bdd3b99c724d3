// npm run pictures: the pictures of docs/, made of kernels that run.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startBrowser } from "./browser.mjs";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { repositoryRoot } from "./workspace.mjs";

const FOLDER = join(repositoryRoot, "docs/pictures");
const PIHOST = join(repositoryRoot, "dist/cli/main.mjs");

/** Until the sparklines have something to show, in milliseconds. */
const HISTORY_MS = 70_000;
const COLOURS = 128;

await prepareWorkspace();
const [{ keepBusy, startMany, startShop }, { default: sharp }] = await Promise.all([
  import("./pictures/shop.mjs"),
  import("sharp"),
]);
mkdirSync(FOLDER, { recursive: true });
const browser = await startBrowser();
try {
  await picturesOf(await startShop(), async (kernel, open) => {
    const [light, dark, narrow] = await Promise.all([
      open({ viewport: { width: 1440, height: 900 } }),
      open({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" }),
      open({ viewport: { width: 480, height: 1_240 } }),
    ]);
    await sleep(HISTORY_MS);
    for (const [name, method] of /** @type {const} */ ([
      ["search", "segfault"],
      ["mailer", "fail"],
    ]))
      await die(kernel, name, method);
    await sleep(8_000);
    await take(light, "dashboard-light");
    await dark.getByRole("table", { name: "Isolates" }).getByRole("button", { name: "orders" }).click();
    await sleep(500);
    await take(dark, "dashboard-dark");
    await take(narrow, "dashboard-narrow");
    await takeTop();
  });
  await picturesOf(await startMany(50), async (_, open) => {
    const page = await open({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
    await sleep(HISTORY_MS / 2);
    await page.getByRole("group", { name: "Graph of isolates" }).getByRole("button", { name: "service-05" }).click();
    await sleep(1_500);
    await take(page, "dashboard-fifty");
  });
} finally {
  await browser.close();
}

/**
 * Shows a kernel that works, and ends it.
 * @param {import("process-isolation/kernel").Kernel} kernel
 * @param {(kernel: import("process-isolation/kernel").Kernel, open: (options: import("playwright-core").BrowserContextOptions) => Promise<import("playwright-core").Page>) => Promise<void>} show
 */
async function picturesOf(kernel, show) {
  try {
    keepBusy(kernel);
    const { url } = await kernel.dashboard();
    await show(kernel, async (options) => {
      const page = await browser.newPage(options);
      await page.goto(url);
      await page.getByText("Live", { exact: true }).waitFor();
      return page;
    });
  } finally {
    await kernel.shutdown({ graceMs: 200 });
  }
}

/** @param {import("process-isolation/kernel").Kernel} kernel @param {string} name @param {"segfault" | "fail"} method */
async function die(kernel, name, method) {
  const busy = kernel.isolate(name).api;
  const api = /** @type {import("process-isolation").Remote<typeof import("./pictures/busy.mjs")>} */ (busy);
  await api[method]().catch(() => {});
}

/** @param {import("playwright-core").Page} page @param {string} name */
async function take(page, name) {
  await write(name, await page.screenshot());
}

/** `pihost top`, as a terminal shows it. */
async function takeTop() {
  const { stdout } = await promisify(execFile)(process.execPath, [PIHOST, "top", "shop"]);
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const page = await browser.newPage({ viewport: { width: 980, height: 60 + rows.length * 20 }, colorScheme: "dark" });
  const style = "margin:0;padding:20px 24px;background:#0d1117;color:#e6edf3;font:14px/20px ui-monospace,monospace";
  await page.setContent(`<pre style="${style}"></pre>`);
  await page.locator("pre").evaluate(
    (pre, lines) => {
      pre.textContent = lines;
    },
    ["$ pihost top shop", ...text].join("\n"),
  );
  await take(page, "top");
  await page.close();
}

/** @param {string} name @param {Buffer} picture */
async function write(name, picture) {
  const small = await sharp(picture)
    .png({ palette: true, colours: COLOURS, effort: 10, compressionLevel: 9 })
    .toBuffer();
  writeFileSync(join(FOLDER, `${name}.png`), small);
  process.stdout.write(`${name}.png: ${Math.round(small.length / 1_000)} kB\n`);
}

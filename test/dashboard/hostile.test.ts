import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { nextOf } from "../kernel/use-kernel.js";
import { TALKER, type Talker, useDashboard } from "./use-dashboard.js";
import { noBrowser, usePage } from "./use-page.js";

const MARKUP = `<img src=x onerror="window.injected=1"><script>window.injected=1</script><svg onload="window.injected=1">`;
const ESC = "\u001b";

const LINES: readonly (readonly [string, string, RegExp])[] = [
  ["markup", MARKUP, /<img src=x onerror/],
  ["the end of a script", `</script><script>window.injected=1</script>`, /<\/script><script>/],
  ["the end of a message", `x\\n\\ndata: {"kind":"ended","reason":"forged"}`, /forged/],
  ["colours", `${ESC}[31mred${ESC}[0m and plain`, /^red and plain$/],
  ["what clears a terminal", `${ESC}[2J${ESC}[Hcleared`, /\u241b\[2J\u241b\[Hcleared/],
  ["what names a window", `${ESC}]0;title\u0007after`, /\u241b\]0;title\u2407after/],
  ["marks of direction", "user\u202egnp.exe\u2066", /user‹202E›gnp\.exe‹2066›/],
  ["invisible characters", "a\u200bb\u{e0041}c\u0000d", /a‹200B›b‹E0041›c\u2400d/],
  ["JSON with markup", JSON.stringify({ level: 30, msg: MARKUP, field: MARKUP }), /<img src=x onerror/],
  ["JSON with a prototype", `{"__proto__":{"injected":1},"level":"constructor","msg":"proto"}`, /^proto/],
];

describe.skipIf(noBrowser)("what isolates write, and are called,", () => {
  test("is shown as the text that it is, whatever it is", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page, complaints } = await usePage(dashboard.url);
    const { api } = kernel.isolate<Talker>("talker");
    for (const [, line] of LINES) await api.say(line);
    const log = page.getByRole("log");
    await log.getByText(/^proto/).waitFor();
    const texts = await log.locator(".text").allTextContents();
    for (const [index, [what, , shown]] of LINES.entries()) expect(texts[index]?.trim(), what).toMatch(shown);
    for (const [, line] of LINES) await page.getByLabel("Text").fill(line.slice(0, 20));
    await page.getByLabel("Text").fill("");
    for (const row of await log.locator(".row").all()) await row.click();
    expect(await page.evaluate("window.injected")).toBeUndefined();
    expect(await page.evaluate("({}).injected")).toBeUndefined();
    expect(await page.locator("#app img:not([src='/icon.svg']), #app script").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("of a MiB in a line costs the page its beginning alone", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page, complaints } = await usePage(dashboard.url);
    const { api } = kernel.isolate<Talker>("talker");
    await api.say(`begin ${"<b>".repeat(350_000)}`);
    await api.say("after it");
    const log = page.getByRole("log");
    await log.getByText("after it").waitFor();
    await log
      .getByText(/more characters$/)
      .first()
      .waitFor();
    const longest = await log
      .locator(".text")
      .evaluateAll((all) => Math.max(...all.map((one) => (one.textContent ?? "").length)));
    expect(longest).toBeLessThan(4_200);
    expect(complaints).toEqual([]);
  });

  test("in grants, module paths, reasons of deaths and errors is text, too", async () => {
    const folder = useDirectory();
    const file = join(folder, `${"<img src=x onerror=window.injected=1>".replace("/", "")}\u202e.mjs`);
    writeFileSync(
      file,
      "export const work = () => 1;\nexport const fail = (text) => void setImmediate(() => { throw new Error(text); });\n",
    );
    const module = pathToFileURL(file).href;
    const { dashboard, kernel } = await useDashboard({
      isolates: {
        "a.b_c-1": { module, essential: false, uses: { other: ["<script>window.injected=1</script>", "\u202eevil"] } },
        other: { module: TALKER, essential: false },
      },
      supervision: { maxRestarts: 100, withinMs: 10_000 },
    });
    const { page, complaints } = await usePage(dashboard.url);
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByText("<script>window.injected=1</script>, ‹202E›evil").first().waitFor();
    const exited = nextOf(kernel, "a.b_c-1", "exited");
    await kernel.isolate<{ fail(text: string): void }>("a.b_c-1").api.fail(`${MARKUP}\u202e`);
    await exited;
    await page
      .getByText(/Error: <img src=x onerror/)
      .first()
      .waitFor();
    await page.getByRole("table", { name: "Isolates" }).getByRole("button", { name: "a.b_c-1" }).click();
    for (const summary of await page.locator("summary").all()) await summary.click();
    await page.getByRole("button", { name: "Replace" }).click();
    await page.getByRole("dialog").getByLabel("Module").fill(`./${MARKUP}`);
    await page.getByRole("dialog").getByRole("button", { name: "Replace" }).click();
    await page
      .getByRole("alert")
      .getByText(/<img src=x onerror/)
      .waitFor();
    expect(await page.evaluate("window.injected")).toBeUndefined();
    expect(await page.locator("#app img:not([src='/icon.svg']), #app script").count()).toBe(0);
    expect(complaints.filter((one) => !one.includes("409"))).toEqual([]);
  });

  test("could not run even if it became part of the page, nor show it in another one", async () => {
    const { dashboard, origin } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByRole("row", { name: /talker/ }).waitFor();
    await page.evaluate(`(() => {
      const holder = document.createElement("div");
      holder.innerHTML = ${JSON.stringify(MARKUP)};
      const script = document.createElement("script");
      script.textContent = "window.injected = 1";
      document.body.append(holder, script);
    })()`);
    expect(await page.evaluate("window.injected")).toBeUndefined();
    const { page: other } = await usePage(`${origin}/icon.svg`);
    const framed = await other.evaluate(
      (url) =>
        fetch(url).then(({ headers }) => [
          headers.get("x-frame-options"),
          headers.get("content-security-policy")?.includes("frame-ancestors 'none'"),
        ]),
      dashboard.url,
    );
    expect(framed).toEqual(["DENY", true]);
  });
});

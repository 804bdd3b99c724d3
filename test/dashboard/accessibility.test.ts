import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { nextOf } from "../kernel/use-kernel.js";
import { type Talker, useDashboard } from "./use-dashboard.js";
import { noBrowser, usePage } from "./use-page.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Found {
  readonly violations: readonly { id: string; nodes: readonly { html: string; failureSummary?: string }[] }[];
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds wrong, by the rules of WCAG 2.2 A and AA and its own of good practice. */
async function violations(page: Page): Promise<string[]> {
  // By the inspector, which no policy of the page keeps out.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<Found>(`axe.run({ runOnly: ${JSON.stringify(RULES)} })`);
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

describe.skipIf(noBrowser)("for those who do not see it, or not well", () => {
  test.each([
    ["light", "light", 1440],
    ["dark", "dark", 1440],
    ["a narrow window", "light", 480],
  ] as const)("there is nothing that axe finds, in %s", async (_, colorScheme, width) => {
    const { dashboard, kernel } = await useDashboard();
    const exited = nextOf(kernel, "talker", "exited");
    await kernel.isolate<Talker>("talker").api.fail("the account is missing");
    await exited;
    await kernel.isolate<Talker>("other").api.say(JSON.stringify({ level: 50, msg: "a grave matter", order: 7 }));
    await kernel.isolate<Talker>("other").api.say("WARN the disk is nearly full");
    const { page } = await usePage(dashboard.url, { colorScheme, viewport: { width, height: 900 } });
    await page.getByRole("log").getByText("the disk is nearly full").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByRole("table", { name: "Isolates" }).getByRole("button", { name: "talker" }).click();
    await page.getByRole("log").getByText("the disk is nearly full").click();
    await page.getByLabel("Text").fill("disk");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Replace" }).click();
    await page.getByRole("dialog").getByLabel("Module").fill("./nowhere.mjs");
    await page.getByRole("dialog").getByRole("button", { name: "Replace" }).click();
    await page
      .getByRole("alert")
      .getByText(/nowhere/)
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test("there are landmarks, and headings in order", async () => {
    const { dashboard } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByRole("row", { name: /talker/ }).waitFor();
    for (const name of ["Graph of grants", "Isolates", "Details", "Logs"]) {
      expect(await page.getByRole("region", { name }).count()).toBe(1);
    }
    expect(await page.getByRole("banner").count()).toBe(1);
    expect(await page.getByRole("main").count()).toBe(1);
    const levels = await page.locator("h1, h2, h3").evaluateAll((all) => all.map(({ tagName }) => tagName));
    expect(levels[0]).toBe("H1");
  });

  test("deaths are read out, many of them as one, and lines are not", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByRole("row", { name: /talker/ }).waitFor();
    const told: string[] = [];
    await page.exposeFunction("told", (text: string) => told.push(text));
    await page.evaluate(`(() => {
      const status = document.querySelector("[data-testid=deaths]");
      const observer = new MutationObserver(() => window.told(status.textContent));
      observer.observe(status, { childList: true, subtree: true, characterData: true });
    })()`);
    const { api } = kernel.isolate<Talker>("talker");
    for (let death = 0; death < 5; death += 1) {
      const ready = nextOf(kernel, "talker", "restarted");
      await api.fail(`number ${death}`);
      await ready;
    }
    await page
      .getByTestId("deaths")
      .getByText(/have died/)
      .waitFor({ state: "attached" });
    expect(told.length).toBeLessThan(4);
    expect(told[0]).toBe("talker exited with code 1.");
    expect(await page.getByRole("log").getAttribute("aria-live")).toBe("off");
  });

  test("nothing moves for those who do not want that", async () => {
    const { dashboard } = await useDashboard();
    const { page } = await usePage(dashboard.url, { reducedMotion: "reduce" });
    await page.getByRole("row", { name: /talker/ }).waitFor();
    const moving = await page.evaluate(`[...document.querySelectorAll("*")].filter((one) => {
      const { transitionDuration, transitionProperty, animationName } = getComputedStyle(one);
      return animationName !== "none" || (transitionProperty !== "none" && transitionDuration !== "0s");
    }).length`);
    expect(moving).toBe(0);
  });
});

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { TALKER, type Talker, useDashboard } from "./use-dashboard.js";
import { noBrowser, usePage } from "./use-page.js";

/** What has the focus, as a screen reader names it: `button Restart`. */
function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const role = element.getAttribute("role") ?? element.tagName.toLowerCase();
    const name = element.getAttribute("aria-label") ?? element.textContent ?? "";
    return role + " " + name.trim().slice(0, 40);
  })()`);
}

/** Whether what has the focus shows that it has. */
function isShown(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return outlineStyle !== "none" && outlineWidth !== "0px";
  })()`);
}

/** Presses Tab until this has the focus. */
async function tabTo(page: Page, wanted: RegExp, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press(key);
    if (wanted.test(await focused(page))) return;
  }
  throw new Error(`Tab does not come to ${wanted}`);
}

describe.skipIf(noBrowser)("with the keyboard alone", () => {
  test("everything is reached, in the order in which it is read, and seen to have the focus", async () => {
    const { dashboard } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByRole("row", { name: /talker/ }).waitFor();
    const stops: string[] = [];
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      const stop = await focused(page);
      if (stop.startsWith("body") || stop === stops[0]) break;
      expect(await isShown(page), stop).toBe(true);
      stops.push(stop);
    }
    const order = [
      /^button Graph$/,
      /^button Table$/,
      /^button (talker|other)/,
      /^button Isolate/,
      /^button Queue/,
      /^button (talker|other)$/,
      /^select All isolates/,
      /^log Lines$/,
      /^button Follow$/,
      /^button Clear$/,
    ];
    const places = order.map((pattern) =>
      stops.findIndex((stop) => pattern.test(stop) || (pattern.source.includes("select") && stop === "select Isolate")),
    );
    expect(places, stops.join("\n")).not.toContain(-1);
  });

  test("an isolate is chosen by arrow keys in the graph, restarted, and the focus comes back", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByRole("row", { name: /talker/ }).waitFor();
    await tabTo(page, /^button Table$/);
    await page.keyboard.press("Tab");
    const first = await focused(page);
    await page.keyboard.press(first.includes("talker") ? "ArrowRight" : "ArrowLeft");
    const second = await focused(page);
    expect(second).not.toBe(first);
    const name = second.includes("talker") ? "talker" : "other";
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name, level: 2 }).waitFor();
    await tabTo(page, /^button Restart$/);
    const before = kernel.list().find((one) => one.name === name)?.pid;
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: `Restart ${name}?` }).waitFor();
    // All stops of a dialog are in it, and in the browser's own frame.
    for (let presses = 0; presses < 6; presses += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.closest('dialog, body').tagName")).toMatch(/DIALOG|BODY/);
      expect(await focused(page)).not.toMatch(/Replace|Follow|Clear/);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("button Restart");
    expect(kernel.list().find((one) => one.name === name)?.pid).toBe(before);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await tabTo(page, /^button Restart$/);
    await page.keyboard.press("Enter");
    await page.getByText(`${name} was restarted`).waitFor();
    expect(await focused(page)).toBe("button Restart");
    expect(kernel.list().find((one) => one.name === name)?.pid).not.toBe(before);
  });

  test("lines of the log are gone through, and shown as a whole", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    const { api } = kernel.isolate<Talker>("talker");
    for (const line of ["one", "two", "three"]) await api.say(line);
    await page.getByRole("log").getByText("three").waitFor();
    await tabTo(page, /^log Lines$/);
    await page.keyboard.press("Enter");
    expect(await focused(page)).toMatch(/three$/);
    await page.keyboard.press("ArrowUp");
    expect(await focused(page)).toMatch(/two$/);
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Whole line" }).getByText("two").waitFor();
    await page.keyboard.press("Escape");
    expect(await focused(page)).toBe("log Lines");
  });

  test("rows of the table are gone through with the arrow keys, and sorted by their heads", async () => {
    const isolates = Object.fromEntries(["a", "b", "c"].map((name) => [name, { module: TALKER, essential: false }]));
    const { dashboard } = await useDashboard({ isolates });
    const { page } = await usePage(dashboard.url);
    const rows = page.getByRole("table", { name: "Isolates" }).getByRole("row");
    await rows.nth(3).waitFor();
    await tabTo(page, /^button Queue$/);
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("button a");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("button c");
    await page.keyboard.press("Home");
    expect(await focused(page)).toBe("button a");
    await tabTo(page, /^button Isolate/, "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect(await rows.nth(1).getByRole("button").textContent()).toBe("c");
    expect(await page.getByRole("columnheader", { name: "Isolate" }).getAttribute("aria-sort")).toBe("descending");
  });
});

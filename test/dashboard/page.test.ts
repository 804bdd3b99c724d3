import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { Kernel } from "process-isolation/kernel";
import { describe, expect, onTestFinished, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { nextOf, useKernel } from "../kernel/use-kernel.js";
import { open, TALKER, type Talker, useDashboard } from "./use-dashboard.js";
import { noBrowser, usePage } from "./use-page.js";

/** The bound of the promise, which holds from the event on. */
const SEEN_WITHIN_MS = 1_000;

describe.skipIf(noBrowser)("the page", () => {
  test("shows the isolates, their grants and how they are, and keeps no token in its address", async () => {
    const { dashboard, kernel } = await useDashboard();
    await kernel.isolate<Talker>("talker").api.say("hello from the talker");
    const { page, complaints } = await usePage(dashboard.url);
    await page.getByRole("heading", { name: "shown" }).waitFor();
    const row = page.getByRole("row", { name: /talker/ });
    await row.getByText("ready").waitFor();
    expect(await row.textContent()).toMatch(/[\d.]+ [MG]B/);
    await page.getByText("hello from the talker").waitFor();
    await page.getByRole("button", { name: "Table" }).click();
    expect(await page.getByRole("table", { name: "Who may call whom" }).getByRole("row").nth(1).textContent()).toBe(
      "talkerothersay, pause",
    );
    expect(page.url()).not.toContain("token");
    await page.reload();
    await page.getByRole("row", { name: /talker/ }).waitFor();
    // The answer to the reload, which came without the token.
    expect(complaints.filter((one) => !one.includes("401"))).toEqual([]);
  });

  test("tells whoever comes without the token what is missing", async () => {
    const { origin } = await useDashboard();
    const { page } = await usePage(origin);
    await page.getByRole("heading", { name: "This address lacks its token" }).waitFor();
    const { page: other } = await usePage(`${origin}/?token=wrong`);
    await other.getByRole("heading", { name: "This token is not valid any more" }).waitFor();
  });

  test("shows a death within a second, with its reason and what the process wrote last", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByText("None has died.").waitFor();
    const { api } = kernel.isolate<Talker>("talker");
    const details = page.getByRole("region", { name: "Details" });
    for (const message of ["the first account is missing", "the second account is missing"]) {
      const exited = nextOf(kernel, "talker", "exited").then(() => performance.now());
      const shown = details
        .getByText(`RangeError: ${message}`)
        .first()
        .waitFor()
        .then(() => performance.now());
      await api.fail(message);
      const [died, seen] = await Promise.all([exited, shown]);
      expect(seen - died).toBeLessThan(SEEN_WITHIN_MS);
    }
    expect(await details.getByText("exited with code 1").count()).toBeGreaterThan(1);
    await details.getByText("stderr").first().click();
    await details
      .getByText(/at Immediate/)
      .first()
      .waitFor();
  });

  test("shows deaths from before the dashboard was opened", async () => {
    const kernel = await useKernel({ isolates: { talker: { module: TALKER, essential: false } } }, { frontDoor: true });
    const exited = nextOf(kernel, "talker", "exited");
    await Promise.all([exited, rejection(kernel.isolate<Talker>("talker").api.segfault())]);
    const { page } = await usePage((await kernel.dashboard()).url);
    const details = page.getByRole("region", { name: "Details" });
    await details.getByText("killed by SIGSEGV (invalid memory access)").first().waitFor();
  });

  test("restarts, stops and starts an isolate once that is confirmed", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page, complaints } = await usePage(dashboard.url);
    await page.getByRole("row", { name: /other/ }).getByRole("button").click();
    const state = (): string | undefined => kernel.list().find(({ name }) => name === "other")?.state;
    const pid = (): number | undefined => kernel.list().find(({ name }) => name === "other")?.pid;
    const first = pid();
    await page.getByRole("button", { name: "Restart", exact: true }).click();
    await page.getByRole("dialog", { name: "Restart other?" }).getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(pid()).toBe(first);
    await page.getByRole("button", { name: "Restart", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restart" }).click();
    await page.getByText(/other was restarted \(pid \d+\)/).waitFor();
    expect(pid()).not.toBe(first);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("dialog").getByText("Called by talker.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
    await page.getByText("other has stopped").waitFor();
    expect(state()).toBe("stopped");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    await page.getByText(/other runs \(pid \d+\)/).waitFor();
    expect(state()).toBe("ready");
    expect(complaints).toEqual([]);
  });

  test("replaces a module, and says why where that cannot be done", async () => {
    const { dashboard, kernel } = await useDashboard();
    const module = join(useDirectory(), "another.mjs");
    copyFileSync(TALKER, module);
    const { page } = await usePage(dashboard.url);
    await page.getByRole("row", { name: /other/ }).getByRole("button").click();
    await page.getByRole("button", { name: "Replace" }).click();
    const dialog = page.getByRole("dialog", { name: "Replace other?" });
    await dialog.getByLabel("Module").fill("./nowhere.mjs");
    await dialog.getByRole("button", { name: "Replace" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/nowhere\.mjs/)
      .waitFor();
    await dialog.getByLabel("Module").fill(module);
    await dialog.getByRole("button", { name: "Replace" }).click();
    await page.getByText("other is version 2 now").waitFor();
    expect(kernel.list().find(({ name }) => name === "other")).toMatchObject({ version: 2 });
  });

  test("filters the log by isolate, stream, level and text", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    const [talker, other] = [kernel.isolate<Talker>("talker").api, kernel.isolate<Talker>("other").api];
    await talker.say(JSON.stringify({ level: 30, msg: "a plain remark", order: 7 }));
    await talker.say(JSON.stringify({ level: 50, msg: "a grave matter" }));
    await talker.complain("a complaint");
    await other.say("said by the other");
    const log = page.getByRole("log");
    await log.getByText("said by the other").waitFor();
    await log.getByText("order=7").waitFor();
    const shown = async (): Promise<string[]> =>
      (await log.locator(".row .text > bdi:first-child").allTextContents()).sort();
    await page.getByLabel("Level").selectOption("error");
    expect(await shown()).toEqual(["a grave matter"]);
    await page.getByLabel("Level").selectOption("");
    await page.getByLabel("Stream").selectOption("stderr");
    expect(await shown()).toEqual(["a complaint"]);
    await page.getByLabel("Stream").selectOption("");
    await page.getByLabel("Isolate", { exact: true }).selectOption("other");
    expect(await shown()).toEqual(["said by the other"]);
    await page.getByLabel("Isolate", { exact: true }).selectOption("");
    await page.getByLabel("Text").fill("GRAVE");
    expect(await shown()).toEqual(["a grave matter"]);
    expect(await log.locator("mark").allTextContents()).toEqual(["grave"]);
    await page.getByLabel("Text").fill("nobody says this");
    await log.getByText("No line matches the filter.").waitFor();
  });

  test("connects again by itself, and says meanwhile that it is not connected", async () => {
    const { dashboard, kernel, origin, token } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByText("Live", { exact: true }).waitFor();
    await dashboard.close();
    await page.getByText("Not connected").waitFor();
    await page.getByText(/The connection was lost; what is shown may be old/).waitFor();
    // Another dashboard at the same port has another token.
    const again = await kernel.dashboard({ port: Number(new URL(origin).port) });
    expect(again.url).not.toContain(token);
    await page.getByText("Refused").waitFor();
    await page.goto(again.url);
    await page.getByText("Live", { exact: true }).waitFor();
  });

  test("says that the kernel has ended, and why", async () => {
    const { dashboard, kernel } = await useDashboard();
    const { page } = await usePage(dashboard.url);
    await page.getByText("Live", { exact: true }).waitFor();
    await kernel.shutdown({ reason: "closing time" });
    await page.getByText("The kernel has ended: closing time.").waitFor();
  });

  test("is the same for a kernel that runs elsewhere", async () => {
    const { kernel } = await useDashboard();
    const { token } = kernel.tokens.create({ scopes: ["operate"] });
    const connected = await Kernel.connect(kernel.socket as string, { token });
    onTestFinished(() => connected.close());
    const { page, complaints } = await usePage(open(await connected.dashboard()).dashboard.url);
    const { api } = kernel.isolate<Talker>("talker");
    await api.say("heard from afar");
    await page.getByRole("log").getByText("heard from afar").waitFor();
    await api.fail("far away");
    await page.getByText("RangeError: far away").first().waitFor();
    await page
      .getByRole("row", { name: /talker/ })
      .getByRole("button")
      .click();
    await page.getByRole("button", { name: "Restart", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restart" }).click();
    await page.getByText(/talker was restarted/).waitFor();
    expect(complaints).toEqual([]);
  });

  test("shows calls: their rate, how long they take, and those that wait", async () => {
    const { dashboard, kernel } = await useDashboard({
      isolates: { talker: { module: TALKER, essential: false, maxInFlight: 1 } },
    });
    const { page } = await usePage(dashboard.url);
    const row = page.getByRole("row", { name: /talker/ });
    await row.waitFor();
    const { api } = kernel.isolate<Talker>("talker");
    const calls = Array.from({ length: 40 }, () => api.pause(100));
    await row
      .locator("td.queue")
      .getByText(/^[1-9]\d*$/)
      .waitFor();
    await row
      .locator("td.p99")
      .getByText(/\d m?s$/)
      .waitFor();
    await row
      .locator("td.rate")
      .getByText(/^[1-9]/)
      .waitFor();
    await Promise.all(calls);
  });
});

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, onTestFinished } from "vitest";
import { findProgram } from "../../src/platform/capabilities.files.js";
import { isMissing } from "../helpers/tool-of-the-machine.js";

const executablePath = findProgram("chromium");

/** Whether these tests have to be left out. */
export const noBrowser = isMissing("chromium (Debian's package chromium)", executablePath !== undefined);

let starting: Promise<Browser> | undefined;

/** One browser for all tests of a file. */
function browser(): Promise<Browser> {
  // Its sandbox is not to be had by root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  // It would leave a folder of settings in the run's directory.
  const env = { ...process.env, GSETTINGS_BACKEND: "memory" } as Record<string, string>;
  starting ??= chromium.launch({ executablePath: executablePath as string, args, env });
  return starting;
}

afterAll(async () => {
  await (await starting)?.close();
});

/** A page in a profile of its own, which goes with the test. What it does that it should not is in `complaints`. */
export async function usePage(
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await (await browser()).newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`it asked for ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

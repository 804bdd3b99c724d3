import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";

export const hasPromtool = spawnSync("promtool", ["--version"], { stdio: "ignore" }).status === 0;

/** What `promtool check metrics` has to say; empty where it finds nothing. */
export async function checkMetrics(page: string): Promise<string> {
  const child = spawn("promtool", ["check", "metrics"], { stdio: ["pipe", "pipe", "pipe"] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdin.end(page);
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  const output = (await said).join("").trim();
  return code === 0 ? output : `exit code ${code}: ${output}`;
}

/** The value of a series, by its name and some of its labels; undefined where there is none. */
export function seriesValue(
  page: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  for (const line of page.split("\n")) {
    const [, found, inside = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found !== name) continue;
    const has = Object.entries(labels).every(([key, text]) => inside.includes(`${key}=${JSON.stringify(text)}`));
    if (has) return Number(value);
  }
  return undefined;
}

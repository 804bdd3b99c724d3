import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";

const MAIN = join(import.meta.dirname, "../../bench/main.mjs");

/** Runs the benchmark itself, without the install and build that `npm run bench` puts before it. */
function bench(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [MAIN, ...args]);
}

describe("the benchmark", () => {
  test("measures a case, checks the answers, and leaves tables, targets, figures and a chart behind", async () => {
    const folder = useDirectory();
    const args = ["--quick", "--rounds", "1", "--only", "lone-call", "--peers", "fork-json", "--plot", "--save"];
    const { stdout } = await bench(...args, "--into", folder);
    expect(stdout).toMatch(/^process-isolation +\d/m);
    expect(stdout).toMatch(/^fork IPC, json +\d+.* · .*×/m);
    expect(stdout).toMatch(/^latency of a lone call, p50 .*fork IPC, json +≤ 1\.10× .*reached$/m);
    const name = `node${Number.parseInt(process.version.slice(1), 10)}`;
    const { series } = JSON.parse(readFileSync(join(folder, `results-${name}.json`), "utf8"));
    expect(series).toMatchObject([{ case: "lone-call", unit: "µs", failures: {} }]);
    expect(Object.keys(series[0].samples)).toEqual(["process-isolation", "fork-json"]);
    expect(readFileSync(join(folder, `results-${name}.md`), "utf8")).toContain("## Latency of a lone call");
    expect(readFileSync(join(folder, `lone-call-${name}.svg`), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  test("refuses a case that it does not know and names those that there are", async () => {
    await expect(bench("--only", "nonsense")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no case "nonsense"; there are small-calls, /),
    });
  });
});

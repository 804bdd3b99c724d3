import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { processList } from "../../setup/list-processes.js";
import { runExample } from "../run-example.js";

/** A row of one of the demo's tables, by column. */
function row(stdout: string, plugin: string, table: number): string[] {
  const lines = stdout.split("\n").filter((line) => line.startsWith(`${plugin} `));
  return (lines[table] ?? "").split(/ {2,}/);
}

/** Resolves once the first file is done. */
async function firstProgress({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new Error("its stderr is not piped");
  await once(stderr, "data");
}

describe("the demo", () => {
  test("accounts for every file although three of four plug-ins misbehave", async () => {
    const { code, stdout, stderr } = await runExample("demo/main.mjs", ["--files", "40"]);
    expect({ code, last: stdout.trimEnd().split("\n").at(-1) }, stderr + stdout).toEqual({
      code: 0,
      last: "everything adds up",
    });
    expect(stdout).toContain("40 files: 40 rendered, 0 failed, 0 not begun");
    expect(row(stdout, "render", 0).slice(1, 7)).toEqual(["40", "40", "0", "0", "0", "0"]);
    const [, calls, ok, threw, crashed, , replayed] = row(stdout, "outline", 0);
    expect({ calls, ok, threw, crashed }).toEqual({ calls: "40", ok: "40", threw: "0", crashed: "0" });
    expect(Number(replayed)).toBeGreaterThan(0);
    expect(row(stdout, "outline", 1).at(-1)).toBe(
      process.platform === "win32" ? "1 × exit, 1 × requested" : "1 × SIGSEGV, 1 × requested",
    );
    // Its heap may overflow between two calls as well as in one.
    const [, , indexed, , lost] = row(stdout, "search-index", 0).map(Number);
    expect((indexed as number) + (lost as number)).toBe(40);
    expect(row(stdout, "search-index", 1).at(-1)).toBe("1 × heap-out-of-memory, 1 × requested");
    expect(Number(row(stdout, "link-check", 0)[3])).toBeGreaterThan(0);
    expect(stdout).toMatch(/^ {2}\d+ × link-check threw RangeError$/m);
  });

  test("says of every file what became of it", async () => {
    const { code, stdout } = await runExample("demo/main.mjs", ["--files", "8", "--list"]);
    expect(code).toBe(0);
    expect(stdout.match(/^rendered {2}\S+\.md$/gim)).toHaveLength(8);
  });

  test.skipIf(process.platform === "win32")("finishes what it began when it is interrupted", async () => {
    const { code, stdout } = await runExample("demo/main.mjs", [], async (child) => {
      await firstProgress(child);
      child.kill("SIGINT");
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(/^interrupted; what was done adds up$/m);
    expect(stdout).toMatch(/^\d+ files: [1-9]\d* rendered, 0 failed, [1-9]\d* not begun$/m);
  });

  test("fails, and says why, when a plug-in ends that should not", async () => {
    const { code, stdout } = await runExample("demo/main.mjs", ["--files", "40"], async (child) => {
      await firstProgress(child);
      const processes = await processList.all();
      const render = processes.find(({ parentPid, command }) => parentPid === child.pid && / render$/.test(command));
      if (render === undefined) throw new Error("there is no process of the plug-in render");
      process.kill(render.pid, "SIGKILL");
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^does not add up: render: its process (killed by SIGKILL|exited with code 1)/m);
    expect(stdout).toMatch(/^\d+ files: \d+ rendered, \d+ failed, 0 not begun$/m);
  });

  test("refuses a number of files that is none", async () => {
    const { code, stderr } = await runExample("demo/main.mjs", ["--files", "few"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "--files must be a whole number from 1; received few\n" });
  });
});

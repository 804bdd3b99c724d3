import { describe, expect, test } from "vitest";
import { runExample } from "./run-example.js";

const CRASH = process.platform === "win32" ? "exited with code 134" : "killed by SIGSEGV (invalid memory access)";
const CRASH_CODE = process.platform === "win32" ? 134 : 139;

/** Runs the sample host; process ids and delays are replaced, because they are never the same. */
async function sampleHost(options: string[], args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const { code, stdout } = await runExample("sample-host/sample-host.mjs", [...options, "--", ...args]);
  const lines = stdout
    .trimEnd()
    .replace(/^(STARTED|RESTARTED|EXIT:) \d+/gm, "$1 PID")
    .replace(/in \d+ ms$/gm, "in N ms")
    .split("\n");
  return { code, lines };
}

describe("the sample host", () => {
  test("prints what the method prints and ends with what it returns", async () => {
    const { code, lines } = await sampleHost([], ["hello", "return3"]);
    expect(code).toBe(3);
    const printed = lines.filter((line) => line.startsWith("PIHOST> "));
    expect(printed).toEqual(["PIHOST> method(hello, return3)", "PIHOST> method = 3"]);
    // Output and result come by different ways, so either may be first.
    const others = lines.filter((line) => !printed.includes(line));
    expect(others).toEqual(["STARTED PID", "RESULT: 3", "EXIT: PID exited with code 0", "COMPLETE"]);
  });

  test("waits for a method that takes its time", async () => {
    const startedAt = performance.now();
    const { code, lines } = await sampleHost([], ["sleep300", "return4"]);
    expect(code).toBe(4);
    expect(lines).toContain("RESULT: 4");
    expect(performance.now() - startedAt).toBeGreaterThan(300);
  });

  test("shows what the method throws", async () => {
    const { code, lines } = await sampleHost([], ["throw"]);
    expect(code).toBe(1);
    expect(lines).toContain("EXCEPTION: Error: Exception forced by arguments");
    expect(lines.at(-1)).toBe("COMPLETE");
  });

  test("survives a crash", async () => {
    const { code, lines } = await sampleHost([], ["crash"]);
    expect(code).toBe(1);
    expect(lines).toEqual([
      "STARTED PID",
      "PIHOST> method(crash)",
      `EXIT: PID ${CRASH}`,
      expect.stringMatching(/^EXCEPTION: IsolationError: CRASHED: /),
      "COMPLETE",
    ]);
  });

  test("with --restart runs a crashing call three times, then gives it up", async () => {
    const { code, lines } = await sampleHost(["--restart"], ["crash"]);
    expect(code).toBe(1);
    expect(lines.filter((line) => line === `EXIT: PID ${CRASH}`)).toHaveLength(3);
    expect(lines).toContain("RESTARTED PID: generation 3");
    expect(lines).toContainEqual(expect.stringMatching(/^EXCEPTION: IsolationError: CRASHED: /));
  });

  test("with --max-restarts gives up when they are used up", async () => {
    const { code, lines } = await sampleHost(["--restart", "--max-restarts", "1"], ["crash"]);
    expect(code).toBe(1);
    expect(lines).toEqual([
      "STARTED PID",
      "PIHOST> method(crash)",
      `EXIT: PID ${CRASH}`,
      "RESTARTING: generation 2 in N ms",
      "RESTARTED PID: generation 2",
      "PIHOST> method(crash)",
      `EXIT: PID ${CRASH}`,
      "RESTARTS EXHAUSTED after 1",
      expect.stringMatching(/^EXCEPTION: IsolationError: CRASHED: /),
      "COMPLETE",
    ]);
  });

  test("with --die-on-crash ends as the process ended", async () => {
    const { code, lines } = await sampleHost(["--die-on-crash"], ["crash"]);
    expect(code).toBe(CRASH_CODE);
    expect(lines.at(-1)).toBe(`EXIT: PID ${CRASH}`);
  });

  test("--help lists every option", async () => {
    const { code, stdout } = await runExample("sample-host/sample-host.mjs", ["--help"]);
    expect(code).toBe(0);
    for (const option of ["module", "method", "restart", "max-restarts", "die-on-crash", "debug", "log-level"]) {
      expect(stdout).toContain(`--${option} `);
    }
  });
});

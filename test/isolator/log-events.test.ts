import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { useHost } from "../helpers/use-host.js";

/** What a host whose isolate crashes once writes to its stderr. */
async function stderrAt(logLevel: string): Promise<string> {
  const host = await useHost("crash", "idle", { name: "logged", logLevel, restart: { maxRestarts: 1 } });
  return (await host.ended).stderr;
}

test("the framework itself writes nothing unless it is told to", async () => {
  expect(await stderrAt("silent")).toBe("");
  expect(await stderrAt("error")).toBe("");
});

test("each level shows more, each line names the isolate", async () => {
  const [warn, info] = await Promise.all([stderrAt("warn"), stderrAt("info")]);
  expect(warn).toMatch(/^process-isolation \[logged\] warn: restarting as generation 2 in \d+ ms\n$/);
  expect(info).toContain("info: started as pid");
  expect(info).toContain("exited with code 7");
  for (const line of info.trimEnd().split("\n")) expect(line).toMatch(/^process-isolation \[logged\] (info|warn): /);
});

test("a failed start is an error", async () => {
  const host = spawn(process.execPath, [
    fixture("host.mjs"),
    "end",
    "idle",
    JSON.stringify({ execArgv: ["--no-such-flag"], logLevel: "error" }),
  ]);
  onTestFinished(() => void host.kill("SIGKILL"));
  expect(await text(host.stderr)).toMatch(
    /process-isolation \[isolate-1\] error: generation 1 did not start: START_FAILED/,
  );
});

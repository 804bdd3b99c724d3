import { spawn } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { withPrivateMemory } from "../../chaos/watch/private-memory.mjs";

const MAIN = join(import.meta.dirname, "../../chaos/main.mjs");

/** Runs the harness as `npm run chaos` does, without the build; resolves with its exit code and all it printed. */
export function runChaos(...options: readonly string[]): Promise<{ code: number | null; output: string }> {
  const { command, args, environment } = withPrivateMemory(process.execPath, ["--expose-gc", MAIN, ...options]);
  const harness = spawn(command, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void harness.kill("SIGKILL"));
  let output = "";
  for (const stream of [harness.stdout, harness.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    harness.once("error", reject);
    harness.once("close", (code) => resolve({ code, output }));
  });
}

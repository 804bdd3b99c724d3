import { spawn } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");

/** Runs a harness of the repository as its npm script does, without the build; resolves with its exit code and output. */
export function runScript(
  path: string,
  ...options: readonly string[]
): Promise<{ code: number | null; output: string }> {
  const harness = spawn(process.execPath, ["--expose-gc", join(REPOSITORY, path), ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
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

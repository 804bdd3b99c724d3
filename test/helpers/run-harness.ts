import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";

/** Runs a harness of the repository; resolves with its exit code and all it printed. It ends with the test. */
export function runHarness(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number | null; output: string }> {
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

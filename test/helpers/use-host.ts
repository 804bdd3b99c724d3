import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { fixture } from "./fixture.js";

/** A host process under test. */
export interface Host {
  readonly pid: number;
  /** The isolate's processes. */
  readonly pids: readonly number[];
  /** The host's private directory. */
  readonly directory: string;
  /** The lines that follow the report. */
  readonly lines: readonly Record<string, unknown>[];
  /** Resolves with how the host ended and how long after its report, in milliseconds. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; afterMs: number; stderr: string }>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Runs fixtures/isolator/host.mjs; resolves with its report. It ends with the test at the latest.
 *
 * @param wrapper a command that runs another one
 */
export async function useHost(
  ending: string,
  child = "idle",
  options: object = {},
  wrapper: readonly string[] = [],
): Promise<Host> {
  const argv = [fixture("host.mjs"), ending, child, JSON.stringify(options)];
  const [program = "", ...args] = [...wrapper, process.execPath, ...argv];
  const host = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void host.kill("SIGKILL"));
  const stderr = text(host.stderr);
  const lines: Record<string, unknown>[] = [];
  const output = createInterface({ input: host.stdout });
  output.on("line", (line) => lines.push(JSON.parse(line)));
  const exit = once(host, "close");
  await Promise.race([once(output, "line"), exit]);
  const reportedAt = performance.now();
  const report = lines.shift() as { pid: number; pids: number[]; directory: string } | undefined;
  if (report === undefined) throw new Error(`the host ended without a report: ${await stderr}`);
  return {
    ...report,
    lines,
    ended: exit.then(async ([code, signal]) => ({
      code,
      signal,
      afterMs: performance.now() - reportedAt,
      stderr: await stderr,
    })),
    kill: (signal) => void process.kill(report.pid, signal),
  };
}

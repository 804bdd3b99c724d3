import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The built command. */
const COMMAND = fileURLToPath(new URL("../../dist/cli/main.mjs", import.meta.url));

export const FIXTURES = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** How the command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: { readonly stdout: Buffer; readonly stderr: Buffer };
}

export interface PihostOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs `pihost` with these arguments, in the folder of the fixtures, to its end. */
export async function pihost(args: readonly string[], options: PihostOptions = {}): Promise<Ended> {
  const child = startPihost(args, options);
  const exit = once(child, "close");
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  const [code, signal] = await exit;
  return { code, signal, stdout: String(stdout), stderr: String(stderr), bytes: { stdout, stderr } };
}

/** Starts `pihost`; it ends with the test at the latest. */
export function startPihost(
  args: readonly string[],
  { cwd = FIXTURES, env = {} }: PihostOptions = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** The text of a stream once it holds what is looked for; the rest of the stream is left to be read. */
export function textUntil(stream: Readable, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const settle = (settled: () => void): void => {
      stream.off("data", onData).off("end", onEnd).pause();
      settled();
    };
    const onData = (chunk: Buffer): void => {
      text += String(chunk);
      if (pattern.test(text)) settle(() => resolve(text));
    };
    const onEnd = (): void => settle(() => reject(new Error(`the output ended without ${pattern}: ${text}`)));
    stream.on("data", onData).on("end", onEnd);
  });
}

/** How a started command ends. */
export async function exitOf(child: ReturnType<typeof startPihost>): Promise<[number | null, NodeJS.Signals | null]> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  const [code, signal] = await once(child, "exit");
  return [code, signal];
}

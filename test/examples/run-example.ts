import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { processList } from "../setup/list-processes.js";

export interface ExampleResult {
  /** The exit code; `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a file of `examples/` to its end, and fails the test if it leaves a process or a file behind. */
export async function runExample(
  path: string,
  args: readonly string[] = [],
  whileRunning: (child: ChildProcess) => Promise<void> = async () => {},
): Promise<ExampleResult> {
  const folder = mkdtempSync(join(tmpdir(), "e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../../examples/${path}`, import.meta.url)), ...args], {
    env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder, XDG_RUNTIME_DIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  await whileRunning(child);
  const [code] = await ended;
  const [stdout, stderr] = await output;
  await expectNothingLeft(folder);
  return { code, stdout, stderr };
}

/** Every process that an example starts has the folder in its environment. */
async function expectNothingLeft(folder: string): Promise<void> {
  const left = async (): Promise<string[]> => {
    const processes = await processList.all();
    const commands = processes.filter((one) => processList.mentions(one, folder)).map(({ command }) => command);
    return [...commands, ...readdirSync(folder).filter((name) => !isCacheOfTsx(name))];
  };
  await expect.poll(left, { timeout: 5_000 }).toEqual([]);
}

/** What tsx, which compiles TypeScript on Node.js 20, keeps for its next run, on purpose. */
function isCacheOfTsx(name: string): boolean {
  return /^tsx-\d+$/.test(name);
}

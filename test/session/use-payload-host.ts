import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const HOST = fileURLToPath(new URL("fixtures/payload-host.mjs", import.meta.url));

/** A host process that moves large bytes. */
export interface PayloadHost {
  readonly host: number;
  /** Its isolate's process. */
  readonly pid: number;
  /** Its folder in shared memory, if it has one. */
  readonly memory: string | undefined;
  /** All that it has to say after that, once it has ended. */
  readonly reports: Promise<Record<string, unknown>[]>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Runs fixtures/payload-host.mjs; resolves when its isolate is ready. It ends with the test at the latest.
 *
 * @param wrapper a command line that runs another one, given behind it
 */
export async function usePayloadHost(
  action: string,
  lengths: readonly number[],
  wrapper: readonly string[] = [],
): Promise<PayloadHost> {
  const [command, ...args] = [...wrapper, process.execPath, HOST, action, ...lengths.map(String)];
  const host = spawn(command as string, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void host.kill("SIGKILL"));
  const errors = text(host.stderr);
  const lines: Record<string, unknown>[] = [];
  const output = createInterface({ input: host.stdout });
  output.on("line", (line) => lines.push(JSON.parse(line)));
  const closed = Promise.all([once(host, "close"), once(output, "close")]);
  await Promise.race([once(output, "line"), closed]);
  const first = lines.shift() as { pid: number; memory?: string } | undefined;
  if (first === undefined) throw new Error(`the host ended without a report: ${await errors}`);
  return {
    host: host.pid as number,
    pid: first.pid,
    memory: first.memory,
    reports: closed.then(() => lines),
    kill: (signal) => void host.kill(signal),
  };
}

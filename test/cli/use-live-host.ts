import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { FIXTURES } from "./use-pihost.js";

/** A host process with discoverable isolates. */
export interface LiveHost {
  readonly pid: number;
  /** The pid of each isolate's first process. */
  readonly pids: Readonly<Record<string, number>>;
  /** The next thing that the host has to tell: an exit or a restart. */
  next(): Promise<Record<string, unknown>>;
}

/** Starts one with isolates of these names; it shuts them down with the test. */
export async function useLiveHost(...names: string[]): Promise<LiveHost> {
  const host = spawn(process.execPath, [join(FIXTURES, "host.mjs"), ...names], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(async () => {
    const ended = once(host, "exit");
    host.stdin.end();
    await ended;
  });
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value ?? "null");
  const pids = (await next()) as Record<string, number>;
  return { pid: host.pid as number, pids, next };
}

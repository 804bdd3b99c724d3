import { buffer, text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { exitOf, startPihost, textUntil } from "./use-pihost.js";

/** Longer than a start, and than anything that waits for output by the clock. */
const LONGEST_STALL_MS = 2_000;

/** A run whose method has begun. */
async function runningProgram(...args: string[]) {
  const child = startPihost(["run", ...args]);
  const pid = Number(await textUntil(child.stdout, /\n/));
  return { child, pid };
}

describe.skipIf(process.platform === "win32")("a run that is told to end", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("lets the method finish at the first %s", async (signal, code) => {
    const { child, pid } = await runningProgram("program.mjs", "work", "--", "300");
    const rest = Promise.all([text(child.stdout), text(child.stderr)]);
    child.kill(signal);
    expect(await exitOf(child)).toEqual([code, null]);
    expect(await rest).toEqual(["finished\n", ""]);
    expect(isAlive(pid)).toBe(false);
  });

  test("kills a method that takes longer than --grace", async () => {
    const { child, pid } = await runningProgram("--grace", "100", "program.mjs", "spin");
    child.kill("SIGTERM");
    expect(await exitOf(child)).toEqual([143, null]);
    expect(isAlive(pid)).toBe(false);
  });

  test("kills the process at the second signal", async () => {
    const { child, pid } = await runningProgram("--verbose", "--grace", "60000", "program.mjs", "work", "--", "60000");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect(await exitOf(child)).toEqual([expect.any(Number), null]);
    expect(isAlive(pid)).toBe(false);
  });

  test("ends while the process still starts", async () => {
    // A start that never gets beyond Node's own: it waits for a debugger before the first line of ours.
    const child = startPihost(["run", "--env", "NODE_OPTIONS=--inspect-brk=0", "program.mjs", "work", "--", "60000"]);
    await textUntil(child.stderr, /Debugger listening/);
    child.kill("SIGTERM");
    expect(await exitOf(child)).toEqual([143, null]);
  });

  test("ends while it waits for a debugger, whose URL it has told", async () => {
    const child = startPihost(["run", "--debug", "program.mjs", "work", "--", "60000"]);
    await textUntil(child.stderr, /ws:\/\/127\.0\.0\.1:\d+\//);
    child.kill("SIGTERM");
    child.kill("SIGINT");
    expect((await exitOf(child))[0]).toBeGreaterThan(128);
  });

  test("takes the process with it when it is killed itself", async () => {
    const { child, pid } = await runningProgram("program.mjs", "spin");
    child.kill("SIGKILL");
    await until(() => !isAlive(pid));
  });

  test("ends, as by SIGPIPE, when the reader of its output goes away", async () => {
    const child = startPihost(["run", "program.mjs", "flood"]);
    const pid = Number(await textUntil(child.stderr, /\n/));
    child.stdout.destroy();
    expect(await exitOf(child)).toEqual([141, null]);
    await until(() => !isAlive(pid));
  });

  test("has written all output when it ends, however slow the reader", { timeout: 60_000 }, async () => {
    // In one piece, so that the process can end while most of it is still on the way.
    const text = "x".repeat(100_000);
    const child = startPihost(["run", "program.mjs", "printArguments", "--", text, text, text, text]);
    await sleep(LONGEST_STALL_MS);
    let received = 0;
    for await (const chunk of child.stdout) {
      received += chunk.length;
      await sleep(50);
    }
    expect(received).toBe(JSON.stringify([text, text, text, text]).length);
    expect(await exitOf(child)).toEqual([0, null]);
  });

  test("slows the process down to the pace of the reader", async () => {
    // Far more than lies unread on the way: 64 KiB in each stream, some 200 KiB in each socket between them.
    const child = startPihost(["run", "program.mjs", "printBytes", "--", "10000"]);
    await sleep(LONGEST_STALL_MS);
    // Node throws away what is unread of a child that has ended.
    expect(child.exitCode).toBeNull();
    const [bytes] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
    expect(bytes.length).toBe(2_560_000);
    expect(await exitOf(child)).toEqual([5, null]);
  });
});

import { type ExitOutcome, IsolationError, type IsolationFacts } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

const deaths = fixture("deaths.mjs");

interface Death {
  readonly how: string;
  readonly module?: string;
  readonly method: string;
  readonly args?: readonly unknown[];
  /** What the facts hold beside isolate, generation, pid, uptime and attempts. */
  readonly facts: IsolationFacts;
  readonly description: string;
  readonly stderr?: string;
  readonly posixOnly?: boolean;
}

const DEATHS: readonly Death[] = [
  {
    how: "process.exit(0)",
    method: "exit",
    args: [0],
    facts: { exitCode: 0, reason: "exit", stderrTail: "" },
    description: "exited with code 0",
  },
  {
    how: "process.exit(3)",
    method: "exit",
    args: [3],
    facts: { exitCode: 3, reason: "exit", stderrTail: "" },
    description: "exited with code 3",
  },
  {
    how: "process.exit after a message on stderr",
    method: "sayLastWords",
    args: [4],
    facts: { exitCode: 4, reason: "exit", stderrTail: "these are the last words" },
    description: "exited with code 4",
  },
  {
    how: "an error outside of every call",
    method: "throwOutside",
    facts: { exitCode: 1, reason: "exit" },
    description: "exited with code 1",
    stderr: "Error: thrown outside of every call",
  },
  {
    how: "an unhandled rejection",
    method: "rejectUnhandled",
    facts: { exitCode: 1, reason: "exit" },
    description: "exited with code 1",
    stderr: "Error: a rejection that nobody handles",
  },
  {
    how: "a module that exits while it loads",
    module: fixture("exits-while-loading.mjs"),
    method: "anything",
    facts: { exitCode: 9, reason: "exit" },
    description: "exited with code 9",
  },
  ...(["SIGKILL", "SIGTERM", "SIGSEGV", "SIGABRT", "SIGBUS", "SIGHUP"] as const).map((signal) => ({
    how: signal,
    method: "kill",
    args: [signal],
    facts: { signal, reason: "signal" as const },
    description: `killed by ${signal}`,
    posixOnly: true,
  })),
  {
    how: "process.abort()",
    method: "abort",
    facts: { signal: "SIGABRT", reason: "signal" },
    description: "killed by SIGABRT",
    posixOnly: true,
  },
];

describe("a call that runs when the process dies rejects with CRASHED and the whole story:", () => {
  const isolator = useSharedIsolator({
    name: "mortal",
    restart: { maxRestarts: 100, backoff: { initialMs: 1, maxMs: 1 } },
  });
  const possible = DEATHS.filter(({ posixOnly }) => posixOnly !== true || process.platform !== "win32");

  test.each(possible)("$how", async ({ module = deaths, method, args = [], facts, description, stderr }) => {
    // Answered first, so that the facts are of a generation that is known.
    const pid = await isolator().invoke<number>(deaths, "pid");
    const { generation } = isolator();
    const exited = nextEvent(isolator(), "exited");
    const bystander = isolator().invoke(deaths, "never");

    const error = await isolationError(isolator().invoke(module, method, args));

    expect(error.code).toBe("CRASHED");
    expect(error.message).toContain(description);
    expect(error.facts).toMatchObject({ isolate: "mortal", pid, generation, attempts: 1, ...facts });
    expect("exitCode" in error.facts).toBe("exitCode" in facts);
    expect("signal" in error.facts).toBe("signal" in facts);
    expect(error.facts.uptimeMs).toBeGreaterThan(0);
    expect(error.facts.stderrTail ?? "").toContain(stderr ?? "");
    if (stderr !== undefined) expect(error.facts.stderrTail).toContain("deaths.mjs:");
    expect(error.stack).toContain("deaths.test.ts");
    expect((await isolationError(bystander)).facts).toEqual(error.facts);

    const { outcome, ...event } = await exited;
    expect(event).toEqual({ isolate: "mortal", pid, generation, willRestart: true });
    expectOutcomeLike(outcome, error.facts);
    expect(outcome.description).toContain(description);
    expect(isAlive(pid)).toBe(false);
  });
});

test("a module that closes every socket of the process loses it, and nobody waits for ever", async () => {
  const isolator = await useIsolator({ name: "mute" });
  const { pid } = isolator;
  const error = await isolationError(isolator.invoke(deaths, "closeSockets"));
  expect(error).toMatchObject({ code: "CRASHED", facts: { isolate: "mute", generation: 1, pid, attempts: 1 } });
  expect(isAlive(pid)).toBe(false);
  expect(await isolator.invoke(deaths, "pid")).not.toBe(pid);
});

test("an exhausted JavaScript heap is told from every other abort", async () => {
  const isolator = await useIsolator({ execArgv: ["--max-old-space-size=32"], restart: false });
  const error = await isolationError(isolator.invoke(deaths, "exhaustHeap"));
  expect(error.code).toBe("CRASHED");
  expect(error.facts.reason).toBe("heap-out-of-memory");
  expect(error.message).toContain("ran out of JavaScript heap memory");
  expect(error.facts.stderrTail).toContain("heap out of memory");
});

describe("an answer is not lost by the process.exit of another call", () => {
  test.each([
    ["some time after", 50],
    ["right after", 0],
  ])("%s it", async (_, delayMs) => {
    const isolator = await useIsolator();
    const answer = isolator.invoke(deaths, "answerLater");
    const lost = isolationError(isolator.invoke(deaths, "answerAndExit", [delayMs]));
    expect(await answer).toBe("answered in time");
    expect((await lost).code).toBe("CRASHED");
  });
});

test("a call from outside that kills the process settles what runs", async () => {
  const isolator = await useIsolator({ restart: false });
  const call = isolationError(isolator.invoke(deaths, "never"));
  await isolator.invoke(deaths, "pid");
  process.kill(isolator.pid, "SIGKILL");
  expect((await call).facts).toMatchObject({ pid: isolator.pid, restarts: 0 });
});

test("a thousand running calls settle, each once", async () => {
  const isolator = await useIsolator();
  await isolator.invoke(deaths, "pid");
  const calls = Array.from({ length: 1_000 }, () => isolationError(isolator.invoke(deaths, "never")));
  calls.push(isolationError(isolator.invoke(deaths, "exit", [2])));
  const errors = await Promise.all(calls);
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["CRASHED"]));
  expect(new Set(errors).size).toBe(1_001);
  expect(await isolator.invoke(deaths, "pid")).toBe(isolator.pid);
});

function expectOutcomeLike(outcome: ExitOutcome, facts: IsolationFacts): void {
  const { reason, stderrTail, uptimeMs } = facts;
  const how =
    facts.signal === undefined ? { kind: "exited", code: facts.exitCode } : { kind: "signalled", signal: facts.signal };
  expect(outcome).toMatchObject({ ...how, reason, stderrTail, uptimeMs, forced: false });
}

test("IsolationError is told by brand, not by class alone", async () => {
  const isolator = await useIsolator({ restart: false });
  const error = await isolationError(isolator.invoke(deaths, "exit", [1]));
  expect(error).toBeInstanceOf(IsolationError);
  expect(IsolationError.is(error, "CRASHED")).toBe(true);
  expect(IsolationError.is(error, "STOPPED")).toBe(false);
});

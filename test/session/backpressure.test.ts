import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { canHideMemory, runFlowHost } from "../fixtures/session/flow-host.js";
import { useIsolator } from "../helpers/use-isolator.js";

const MIB = 1024 * 1024;
const FLOW = new URL("../fixtures/session/flow.mjs", import.meta.url);

/** What a stream's window, its buffers and the garbage of a gibibyte may take beside what was there after its first part. */
const GROWTH = 160 * MIB;

/** Items that may be under way at once, and one on either side. */
const WINDOW_ITEMS = 1_024 + 2;

interface Report {
  readonly read: number;
  readonly isRight: boolean;
  readonly ahead: number;
  readonly samples: number;
  readonly baseline: { readonly host: number; readonly child: number };
  readonly peak: { readonly host: number; readonly child: number };
}

function expectConstantMemory({ samples, baseline, peak }: Report): void {
  expect(samples).toBeGreaterThan(8);
  expect(peak.host - baseline.host).toBeLessThan(GROWTH);
  expect(peak.child - baseline.child).toBeLessThan(GROWTH);
}

describe.each(["read", "write"])("a stream that somebody is slow to consume (%s)", (direction) => {
  test("of a gibibyte in large blocks costs constant memory on both sides", { timeout: 120_000 }, async () => {
    const report = await runFlowHost<Report>("backpressure-host.mjs", [direction, 4 * MIB, 280]);
    expect(report).toMatchObject({ read: 280, isRight: true });
    expect(report.ahead).toBeLessThanOrEqual(3);
    expectConstantMemory(report);
  });

  test.runIf(canHideMemory)("… also without shared memory", { timeout: 120_000 }, async () => {
    const report = await runFlowHost<Report>("backpressure-host.mjs", [direction, 4 * MIB, 60], true);
    expect(report).toMatchObject({ read: 60, isRight: true });
    expect(report.ahead).toBeLessThanOrEqual(3);
    expectConstantMemory(report);
  });

  test("of small items without end is never ahead by more than its window", { timeout: 60_000 }, async () => {
    const report = await runFlowHost<Report>("backpressure-host.mjs", [direction, "numbers", 200_000]);
    expect(report).toMatchObject({ read: 200_000, isRight: true });
    expect(report.ahead).toBeLessThanOrEqual(WINDOW_ITEMS);
    expectConstantMemory(report);
  });
});

type Settled = { readonly value: unknown } | { readonly code: string };

/** Makes so many calls, each with its own text of that length. */
function makeCalls(invoke: (text: string) => Promise<unknown>, count: number, length: number): Promise<Settled>[] {
  return Array.from({ length: count }, (_, index) =>
    invoke(textOf(index, length)).then(
      (value) => ({ value }),
      (error: unknown) => ({ code: IsolationError.is(error) ? error.code : String(error) }),
    ),
  );
}

const textOf = (index: number, length: number): string => String(index).padStart(length, ".");

describe.skipIf(process.platform === "win32")("a process that is stopped while calls are made", () => {
  test("holds maxInFlight, queues maxQueue and refuses the rest at once; it answers all when it goes on", async () => {
    const isolator = await useIsolator({ maxInFlight: 8, maxQueue: 100, restart: false });
    await isolator.invoke(FLOW, "echo", ["loaded"]);
    process.kill(isolator.pid, "SIGSTOP");
    const calls = makeCalls((text) => isolator.invoke(FLOW, "echo", [text]), 500, 1_000);
    // Settled already: nobody has to wait for the process to hear of it.
    expect(await Promise.all(calls.slice(108))).toEqual(Array(392).fill({ code: "QUEUE_FULL" }));
    process.kill(isolator.pid, "SIGCONT");
    const answers = await Promise.all(calls.slice(0, 108));
    expect(answers).toEqual(answers.map((_, index) => ({ value: textOf(index, 1_000) })));
  });

  test("gets no more than the connection holds, however many may run at once", async () => {
    const length = 64 * 1024;
    const isolator = await useIsolator({ maxInFlight: 1_000_000, maxQueue: 1_000, restart: false });
    await isolator.invoke(FLOW, "echo", ["loaded"]);
    process.kill(isolator.pid, "SIGSTOP");
    const calls: Promise<Settled>[] = [];
    const codes: string[] = [];
    // Turn by turn, as a server makes them; a session that takes everything would take all of these.
    for (let turn = 0; turn < 60; turn += 1) {
      const made = makeCalls((text) => isolator.invoke(FLOW, "byteLength", [Buffer.from(text)]), 50, length - 40_000);
      for (const call of made) void call.then((settled) => "code" in settled && codes.push(settled.code));
      calls.push(...made);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(codes.length).toBeGreaterThan(500);
    expect(new Set(codes)).toEqual(new Set(["QUEUE_FULL"]));
    const refused = codes.length;
    process.kill(isolator.pid, "SIGCONT");
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => "code" in answer)).toHaveLength(refused);
    const values = answers.flatMap((answer) => ("value" in answer ? [answer.value] : []));
    expect(new Set(values)).toEqual(new Set([length - 40_000]));
    // Waiting calls and what the connection holds, in the system and before it.
    expect(values.length).toBeLessThan(1_000 + 500);
  });
});

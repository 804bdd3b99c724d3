import { existsSync } from "node:fs";
import { type IsolationOptions, ProcessIsolator } from "process-isolation";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { isAlive } from "../../src/platform/index.js";

let lane: "descriptor" | "socket" = "descriptor";

/** The way to the process for all isolators from here on, in this file of tests, unless they name one. */
export function useLane(name: "descriptor" | "socket"): void {
  lane = name;
}

let isInProcess = false;

/** All isolators from here on run in this process, in this file of tests. */
export function useInProcess(): void {
  isInProcess = true;
}

/** Declares tests of what only a process of the isolate's own can do, such as to end. */
export function whereIsolated(declare: () => void): void {
  if (!isInProcess) declare();
}

/** What an isolator of a test is created with. */
function optionsOf(options: IsolationOptions): IsolationOptions {
  return isInProcess ? { inProcess: true, ...options } : { lane, ...options };
}

/** An isolator that is disposed with the test, which then fails if any of its processes, sockets or handles is left. */
export async function useIsolator(options: IsolationOptions = {}): Promise<ProcessIsolator> {
  const resources = activeResources();
  const isolator = await ProcessIsolator.create(optionsOf(options));
  const expectNothingLeft = recordTraces(isolator);
  onTestFinished(async () => {
    // Calls that a test has given up on may run for ever.
    await isolator.shutdown({ reason: "the test is over", graceMs: 100 });
    expectNothingLeft();
    await expect.poll(() => newResources(resources), { interval: 5, timeout: 5_000 }).toEqual([]);
  });
  return isolator;
}

/** One isolator for all tests of a file or `describe`, checked like `useIsolator`'s at the end. */
export function useSharedIsolator(options: IsolationOptions = {}): () => ProcessIsolator {
  let isolator: ProcessIsolator;
  let expectNothingLeft: () => void;
  beforeAll(async () => {
    isolator = await ProcessIsolator.create(optionsOf(options));
    expectNothingLeft = recordTraces(isolator);
  });
  afterAll(async () => {
    // Calls that a test has given up on may run for ever.
    await isolator.shutdown({ reason: "the test is over", graceMs: 100 });
    expectNothingLeft();
  });
  return () => isolator;
}

/** Notes every generation's process and socket; the result asserts that all of them are gone. */
function recordTraces(isolator: ProcessIsolator): () => void {
  const pids = new Set([isolator.pid]);
  const addresses = new Set([isolator.address]);
  isolator.events.on("restarted", ({ pid }) => {
    pids.add(pid);
    addresses.add(isolator.address);
  });
  isolator.events.on("exited", ({ pid }) => pids.add(pid));
  return () => {
    expect(isolator.state).toBe("stopped");
    expect([...pids].filter((pid) => pid !== process.pid && isAlive(pid))).toEqual([]);
    expect([...addresses].filter((address) => address !== "" && existsSync(address))).toEqual([]);
  };
}

type ResourceCounts = ReadonlyMap<string, number>;

/** What keeps the event loop of this process alive, by kind. */
export function activeResources(): ResourceCounts {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** What there is more of than before. Timers are left out: the test runner has some of its own. */
function newResources(before: ResourceCounts): string[] {
  return [...activeResources()]
    .filter(([kind, count]) => kind !== "Timeout" && count > (before.get(kind) ?? 0))
    .map(([kind, count]) => `${count} ${kind}, ${before.get(kind) ?? 0} before`);
}

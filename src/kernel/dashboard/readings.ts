import { fromDuration } from "../../contract/index.js";
import type { IsolateInstance, IsolateSummary, KernelServiceListResponse } from "../../contract/kernel.js";
import { summaryOfMessage } from "../service/index.js";
import type { Point, Reading } from "./messages.js";
import { countsSince, quantile } from "./quantile.js";

/** Over so many readings the latency is taken: a single second may have seen no call. */
const LATENCY_READINGS = 10;

/** What one process had used and done when it was asked. */
interface Usage {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly calls: number;
}

type Measured = Omit<
  Reading,
  "name" | "state" | "module" | "version" | "pid" | "generation" | "services" | "essential"
>;

const UNKNOWN: Measured = {
  uptimeMs: null,
  rssBytes: null,
  heapUsedBytes: null,
  heapLimitBytes: null,
  cpuPercent: null,
  eventLoopLagMs: null,
  callsInFlight: null,
  callsDone: null,
  callsFailed: null,
  callsPerSecond: null,
  waiting: null,
  p50Ms: null,
  p99Ms: null,
  runtimeVersion: "",
};

/** Makes readings of what a kernel says: rates are those between two of them. */
export class Readings {
  #usage = new Map<number, Usage>();
  readonly #durations = new Map<string, (readonly number[])[]>();
  #last = new Map<string, Reading>();

  /** Of an answer with status. */
  full({ isolates }: KernelServiceListResponse): Reading[] {
    const now = performance.now();
    const usage = new Map<number, Usage>();
    const readings = isolates.map((message) => ({
      ...factsOf(message),
      ...this.#process(message, now, usage),
      ...this.#all(message.instances, now, usage),
      ...this.#calls(message),
    }));
    this.#usage = usage;
    return this.#remember(readings);
  }

  /** Of an answer without: what was measured of a process that is still the same stays. */
  states({ isolates }: KernelServiceListResponse): Reading[] {
    return this.#remember(
      isolates.map((message) => {
        const facts = factsOf(message);
        const last = this.#last.get(facts.name);
        const isSame = last?.pid === facts.pid && facts.state !== "stopped" && facts.state !== "failed";
        return { ...UNKNOWN, ...(isSame ? last : {}), ...facts };
      }),
    );
  }

  #remember(readings: Reading[]): Reading[] {
    this.#last = new Map(readings.map((reading) => [reading.name, reading]));
    return readings;
  }

  #process({ status, pid }: IsolateSummary, now: number, usage: Map<number, Usage>): Measured {
    if (status === undefined) return UNKNOWN;
    const { callsInFlight, callsDone, callsFailed, rssBytes, heapUsedBytes, heapLimitBytes } = status;
    const own = { at: now, cpuSeconds: status.cpuSeconds, calls: callsDone + callsFailed };
    usage.set(pid, own);
    return {
      ...UNKNOWN,
      ...{ callsInFlight, callsDone, callsFailed },
      uptimeMs: fromDuration(status.uptime, 0),
      // A process of another language may not say these.
      rssBytes: rssBytes || null,
      heapUsedBytes: heapUsedBytes || null,
      heapLimitBytes: heapLimitBytes || null,
      eventLoopLagMs: status.eventLoopLagMs,
      ...ratesSince(this.#usage.get(pid), own),
      runtimeVersion: status.runtimeVersion,
    };
  }

  /** Where an isolate has several processes, its status is that of one of them: what is known of all, and what is not. */
  #all(instances: readonly IsolateInstance[], now: number, usage: Map<number, Usage>): Partial<Measured> {
    if (instances.length < 2) return {};
    const rates = instances.map(({ pid, cpuSeconds, callsEnded }) => {
      const own = { at: now, cpuSeconds, calls: callsEnded };
      usage.set(pid, own);
      return ratesSince(this.#usage.get(pid), own);
    });
    return {
      rssBytes: sumOf(instances.map(({ rssBytes }) => rssBytes || null)),
      callsInFlight: sumOf(instances.map(({ inFlight }) => inFlight)),
      callsDone: sumOf(instances.map(({ callsEnded }) => callsEnded)),
      callsFailed: null,
      cpuPercent: sumOf(rates.map(({ cpuPercent }) => cpuPercent)),
      callsPerSecond: sumOf(rates.map(({ callsPerSecond }) => callsPerSecond)),
    };
  }

  #calls({ name, calls }: IsolateSummary): Partial<Pick<Reading, "waiting" | "p50Ms" | "p99Ms">> {
    if (calls === undefined) return {};
    const before = this.#durations.get(name) ?? [];
    const recent = countsSince(calls.durations, before[0]);
    this.#durations.set(name, [...before, calls.durations].slice(-LATENCY_READINGS));
    return { waiting: calls.waiting, p50Ms: quantile(recent, 0.5), p99Ms: quantile(recent, 0.99) };
  }
}

/** What a process does a second; null where it was not asked before. */
function ratesSince(before: Usage | undefined, own: Usage): Pick<Measured, "cpuPercent" | "callsPerSecond"> {
  const seconds = before === undefined ? 0 : (own.at - before.at) / 1_000;
  if (before === undefined || seconds <= 0) return { cpuPercent: null, callsPerSecond: null };
  return {
    cpuPercent: Math.max(0, (100 * (own.cpuSeconds - before.cpuSeconds)) / seconds),
    callsPerSecond: Math.max(0, (own.calls - before.calls) / seconds),
  };
}

/** Of what is known; null where nothing is. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function factsOf(message: IsolateSummary): Omit<Reading, keyof Measured> {
  const { name, state, module, version, pid, generation, services, essential } = summaryOfMessage(message);
  return { name, state, module, version, pid, generation, services, essential };
}

export function pointOf({ rssBytes, cpuPercent, callsPerSecond }: Reading): Point {
  return { rssBytes, cpuPercent, callsPerSecond };
}

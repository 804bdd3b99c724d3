import { expect, test } from "vitest";
import { IsolateState, KernelServiceListResponse } from "../../src/contract/kernel.js";
import { Readings } from "../../src/kernel/dashboard/readings.js";

/** What a kernel says of an isolate with two processes, of which one has done this much. */
function listed(calls: number, cpuSeconds: number): KernelServiceListResponse {
  const process = { state: IsolateState.READY, inFlight: 2, rssBytes: 50e6 };
  return KernelServiceListResponse.fromPartial({
    isolates: [
      {
        name: "parser",
        state: IsolateState.READY,
        pid: 11,
        status: { callsDone: 5, cpuSeconds: 3, rssBytes: 50e6 },
        instances: [
          { ...process, pid: 11, generation: 1, callsEnded: calls, cpuSeconds },
          { ...process, pid: 12, generation: 2, callsEnded: 7, cpuSeconds: 1 },
        ],
      },
    ],
  });
}

test("of an isolate with several processes, the figures are those of all", async () => {
  const readings = new Readings();
  const [first] = readings.full(listed(10, 1));
  expect(first).toMatchObject({ rssBytes: 100e6, callsInFlight: 4, callsDone: 17, callsFailed: null });
  expect(first).toMatchObject({ cpuPercent: null, callsPerSecond: null });
  await new Promise((resolve) => setImmediate(resolve));
  const [second] = readings.full(listed(30, 1.5));
  expect(second?.callsDone).toBe(37);
  expect(second?.callsPerSecond).toBeGreaterThan(0);
  // Twenty calls beside half a second of the processor.
  expect((second?.cpuPercent ?? 0) / (second?.callsPerSecond ?? 1)).toBeCloseTo((100 * 0.5) / 20, 6);
});

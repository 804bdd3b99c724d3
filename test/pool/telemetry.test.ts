import { describe, expect, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { Held, poolEvents, usePool } from "../helpers/use-pool.js";
import { useTelemetry } from "../helpers/use-telemetry.js";

describe("the telemetry of a pool", () => {
  test("hears of each call once, and that it waits", async () => {
    const { telemetry, heard } = useTelemetry();
    const pool = await usePool({ name: "math", min: 1, max: 1, telemetry });
    expect(heard.splice(0)).toEqual(["watches math", "start of 1, first"]);
    const held = new Held();
    await held.begin(pool.api);
    const waits = pool.api.echo(1);
    expect(heard.splice(0)).toEqual([
      "hold by pool of math",
      "hold in 1, attempt 1",
      "echo by pool of math",
      "echo queued",
    ]);
    await held.end();
    await waits;
    // The place that the one gives up is taken before it is told of its end.
    expect(heard).toEqual(["echo in 1, attempt 1", "hold done", "echo done"]);
  });

  test("hears that a call runs again in another process, as the same call", async () => {
    const { telemetry, heard } = useTelemetry();
    const pool = await usePool({ min: 1, max: 1, telemetry });
    heard.splice(0);
    await rejection(pool.load({ idempotent: true }).exit(3));
    const calls = heard.filter((line) => line.startsWith("exit"));
    expect(calls.filter((line) => line.startsWith("exit by"))).toHaveLength(1);
    expect(calls.filter((line) => line.startsWith("exit in"))).toEqual(
      [1, 2, 3].map((n) => `exit in ${n}, attempt ${n}`),
    );
    expect(calls.at(-1)).toBe("exit failed: IsolationError");
    expect(heard).toContain("start of 2, restart");
    expect(heard.filter((line) => line.startsWith("death of 1"))).toEqual(["death of 1: exit, true"]);
  });

  test("reads all processes as one isolate, until the pool is down", async () => {
    const { telemetry, heard, gauges } = useTelemetry();
    const pool = await usePool({ name: "math", min: 2, max: 2, telemetry });
    expect(gauges.map(({ isolate }) => isolate)).toEqual(["math"]);
    const held = new Held();
    await Promise.all([held.begin(pool.api), held.begin(pool.api)]);
    const waits = pool.api.echo(1);
    expect(gauges[0]?.read()).toMatchObject({ up: true, inFlight: 2, queued: 1, restarts: 0 });
    await held.end();
    await waits;
    await pool.shutdown();
    expect(heard.at(-1)).toBe("watches no more");
    expect(gauges[0]?.read()).toMatchObject({ up: false, inFlight: 0, queued: 0 });
  });

  test.skipIf(process.platform !== "linux")("counts the time of processes that came and went unread", async () => {
    const { telemetry, gauges } = useTelemetry();
    const pool = await usePool({ max: 1, spares: 0, recycle: { afterCalls: 1 }, telemetry });
    const exited = poolEvents(pool, "exited");
    for (let round = 0; round < 3; round += 1) await pool.api.spin(200);
    await until(() => exited.length === 3);
    // A busy machine gives a loop of 200 ms less than that.
    const counted = gauges[0]?.read().cpuSeconds ?? 0;
    expect(counted).toBeGreaterThan(0.15);
    await pool.shutdown();
    expect(gauges[0]?.read().cpuSeconds).toBeGreaterThanOrEqual(counted);
  });
});

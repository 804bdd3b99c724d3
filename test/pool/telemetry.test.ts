import type { IsolateGauges, Telemetry } from "process-isolation";
import { describe, expect, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { Held, usePool } from "../helpers/use-pool.js";

/** Telemetry that notes what it hears, in words. */
function useTelemetry() {
  const heard: string[] = [];
  const gauges: IsolateGauges[] = [];
  const telemetry: Telemetry = {
    call: ({ isolate, method, kind }) => {
      const note = (text: string): void => void heard.push(`${method} ${text}`);
      note(`by ${kind} of ${isolate}`);
      return {
        queued: () => note("queued"),
        began: ({ attempt }) => note(`attempt ${attempt}`),
        end: ({ failed }) => note(failed ? "failed" : "done"),
      };
    },
    start: ({ generation, reason }) => void heard.push(`start of ${generation}, ${reason}`) as undefined,
    death: ({ generation, reason, willRestart }) =>
      void heard.push(`death of ${generation}: ${reason}${willRestart ? ", another follows" : ""}`),
    watch: (isolate) => {
      gauges.push(isolate);
      return () => void heard.push("watches no more");
    },
  };
  return { telemetry, heard, gauges };
}

describe("the telemetry of a pool", () => {
  test("hears of each call once, and that it waits", async () => {
    const { telemetry, heard } = useTelemetry();
    const pool = await usePool({ name: "math", min: 1, max: 1, telemetry });
    expect(heard.splice(0)).toEqual(["start of 1, first"]);
    const held = new Held();
    await held.begin(pool.api);
    const waits = pool.api.echo(1);
    expect(heard.splice(0)).toEqual(["hold by pool of math", "hold attempt 1", "echo by pool of math", "echo queued"]);
    await held.end();
    await waits;
    // The place that the one gives up is taken before it is told of its end.
    expect(heard).toEqual(["echo attempt 1", "hold done", "echo done"]);
  });

  test("hears that a call runs again in another process, as the same call", async () => {
    const { telemetry, heard } = useTelemetry();
    const pool = await usePool({ min: 1, max: 1, telemetry });
    heard.splice(0);
    await rejection(pool.load({ idempotent: true }).exit(3));
    const calls = heard.filter((line) => line.startsWith("exit"));
    expect(calls.filter((line) => line.startsWith("exit by"))).toHaveLength(1);
    expect(calls.filter((line) => line.startsWith("exit attempt"))).toEqual([1, 2, 3].map((n) => `exit attempt ${n}`));
    expect(calls.at(-1)).toBe("exit failed");
    expect(heard).toContain("start of 2, restart");
    expect(heard.filter((line) => line.startsWith("death of 1"))).toEqual(["death of 1: exit, another follows"]);
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
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RestartBudget, type RestartDecision, type RestartPolicy } from "../../src/supervision/index.js";

const backoff = { initialMs: 100, maxMs: 5_000, factor: 2, jitter: 0 };
const policy: RestartPolicy = { maxRestarts: 3, withinMs: 1_000, backoff };

const delayOf = (decision: RestartDecision): number => (decision.kind === "restart" ? decision.delayMs : Number.NaN);

describe("the budget of restarts", () => {
  test("is spent after maxRestarts within withinMs", () => {
    const budget = new RestartBudget(policy);
    const decisions = [0, 1, 2, 3, 4].map((now) => budget.spend(now, true).kind);
    expect(decisions).toEqual(["restart", "restart", "restart", "exhausted", "exhausted"]);
  });

  test("heals as the window slides, one restart after the other", () => {
    const budget = new RestartBudget(policy);
    for (const now of [0, 100, 200]) expect(budget.spend(now, true).kind).toBe("restart");
    expect(budget.spend(999, true).kind).toBe("exhausted");
    expect(budget.spend(1_000, true).kind).toBe("restart");
    expect(budget.spend(1_050, true).kind).toBe("exhausted");
    expect(budget.spend(1_100, true).kind).toBe("restart");
  });

  test("of none allows none", () => {
    expect(new RestartBudget({ ...policy, maxRestarts: 0 }).spend(0, true)).toEqual({ kind: "exhausted" });
  });

  test("never allows more than maxRestarts in any window, and never fewer than it could", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.boolean()), { maxLength: 60 }),
        (maxRestarts, withinMs, crashes) => {
          const budget = new RestartBudget({ maxRestarts, withinMs, backoff });
          const restarts: number[] = [];
          let now = 0;
          for (const [pauseMs, healthy] of crashes) {
            now += pauseMs;
            const recent = restarts.filter((time) => now - time < withinMs).length;
            const { kind } = budget.spend(now, healthy);
            expect(kind).toBe(recent < maxRestarts ? "restart" : "exhausted");
            if (kind === "restart") restarts.push(now);
          }
        },
      ),
    );
  });
});

describe("the wait before a restart", () => {
  const patient: RestartPolicy = { ...policy, maxRestarts: 1_000 };

  test("is none after healthy running, then grows by the factor up to the maximum", () => {
    const budget = new RestartBudget(patient);
    expect(delayOf(budget.spend(0, true))).toBe(0);
    const delays = Array.from({ length: 8 }, () => delayOf(budget.spend(0, false)));
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  test("starts anew after healthy running", () => {
    const budget = new RestartBudget(patient);
    budget.spend(0, false);
    budget.spend(0, false);
    expect(delayOf(budget.spend(0, true))).toBe(0);
    expect(delayOf(budget.spend(0, false))).toBe(100);
  });

  test.each([
    [0, 100],
    [0.5, 90],
    [1, 80],
  ])("with a jitter of 0.2 and chance %d is %i ms of 100", (chance, expected) => {
    const budget = new RestartBudget({ ...patient, backoff: { ...backoff, jitter: 0.2 } }, () => chance);
    expect(delayOf(budget.spend(0, false))).toBe(expected);
  });

  test("stays between its bounds whatever the policy and the chance, also after very many crashes", () => {
    const policies = fc.record({
      initialMs: fc.integer({ min: 1, max: 10_000 }),
      more: fc.integer({ min: 0, max: 100_000 }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        policies,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ initialMs, more, factor, jitter }, chance) => {
          const maxMs = initialMs + more;
          const budget = new RestartBudget(
            { maxRestarts: 1_000, withinMs: 1, backoff: { initialMs, maxMs, factor, jitter } },
            () => chance,
          );
          let full = initialMs;
          for (let crash = 0; crash < 400; crash += 1) {
            const delayMs = delayOf(budget.spend(crash, false));
            expect(delayMs).toBeLessThanOrEqual(Math.ceil(full));
            expect(delayMs).toBeGreaterThanOrEqual(Math.floor(full * (1 - jitter)));
            full = Math.min(maxMs, full * factor);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("is none where none is wanted, also after very many crashes", () => {
    const budget = new RestartBudget({ ...patient, backoff: { initialMs: 0, maxMs: 0, factor: 100, jitter: 0 } });
    const delays = Array.from({ length: 200 }, (_, now) => delayOf(budget.spend(now, false)));
    expect(new Set(delays)).toEqual(new Set([0]));
  });

  test("is spread by real chance", () => {
    const waits = Array.from({ length: 50 }, () => {
      const budget = new RestartBudget({ ...patient, backoff: { ...backoff, initialMs: 1_000, jitter: 0.5 } });
      return delayOf(budget.spend(0, false));
    });
    expect(new Set(waits).size).toBeGreaterThan(10);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
  });
});

import { describe, expect, test } from "vitest";
import { BUDGET } from "../../src/session/index.js";
import { useSessionPair } from "./use-session-pair.js";

const MIB = 1024 * 1024;
const CALLEE_BUDGET = { ...BUDGET, held: 2 * MIB };

/** Values that are no JSON, and travel beside the columns: about 20 KB each. */
const large = (): Map<number, string> => new Map([[1, "x".repeat(20_000)]]);

/** A callee whose calls run until it is told. */
function useHolder() {
  const running: (() => void)[] = [];
  const exports = {
    hold: () => new Promise<void>((resolve) => void running.push(resolve)),
    size: (map: unknown) => map,
  };
  return { exports, running };
}

describe("the arguments of calls that are no JSON", () => {
  test("are held for the peer as long as their calls run, and what is too much ends the session", async () => {
    const { exports, running } = useHolder();
    const { caller, callee } = await useSessionPair({ exports, calleeBudget: CALLEE_BUDGET });
    const results = Array.from({ length: 400 }, () => caller.call("hold", large()));
    const settled = await Promise.allSettled(results);
    expect(settled.every(({ status }) => status === "rejected")).toBe(true);
    expect(callee.lost).toMatchObject([
      { code: "PROTOCOL", message: expect.stringContaining("budget.held is 2097152") },
    ]);
    expect(running.length).toBeGreaterThan(10);
    expect(running.length).toBeLessThan(110);
  });

  test("cost nothing once their calls are over, however many there were", async () => {
    const { exports, running } = useHolder();
    const { caller, callee } = await useSessionPair({ exports, calleeBudget: CALLEE_BUDGET });
    for (let round = 0; round < 20; round += 1) {
      const results = Array.from({ length: 20 }, () => caller.call("hold", large()));
      await caller.call("size", 1);
      for (const end of running.splice(0)) end();
      await Promise.all(results);
    }
    expect(callee.lost).toEqual([]);
  });
});

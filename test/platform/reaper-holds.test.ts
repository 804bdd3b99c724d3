import fc from "fast-check";
import { expect, test } from "vitest";
import { ReaperHolds, type ReaperUser } from "../../src/platform/reaper-holds.js";

/** Long enough for every promise that is resolved already. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("the reaper goes with the last that needs it, and its end is waited for as long as no isolator needs it", async () => {
  const event = fc.record({
    kind: fc.constantFrom("hold", "give back", "start", "end", "wait" as const),
    user: fc.constantFrom<ReaperUser>("isolator", "process"),
    which: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      let idle = 0;
      let expectedIdle = 0;
      const holds = new ReaperHolds(() => {
        idle += 1;
      });
      const held: { readonly user: ReaperUser; readonly giveBack: () => void }[] = [];
      const running: (() => void)[] = [];
      const waits: { isOver: boolean; isExpected: boolean }[] = [];
      for (const { kind, user, which } of events) {
        if (kind === "hold") held.push({ user, giveBack: holds.hold(user) });
        else if (kind === "start") running.push(holds.started());
        else if (kind === "end" && running.length > 0) running.splice(which % running.length, 1)[0]?.();
        else if (kind === "give back" && held.length > 0) {
          const [given] = held.splice(which % held.length, 1);
          given?.giveBack();
          given?.giveBack();
          if (held.length === 0) expectedIdle += 1;
        } else if (kind === "wait") {
          const wait = { isOver: false, isExpected: false };
          waits.push(wait);
          void holds.over().then(() => {
            wait.isOver = true;
          });
        }
        const isOver = held.some((hold) => hold.user === "isolator") || held.length + running.length === 0;
        for (const wait of waits) wait.isExpected ||= isOver;
        expect(holds.isHeld).toBe(held.length > 0);
        expect(idle).toBe(expectedIdle);
      }
      await settled();
      expect(waits.map((wait) => wait.isOver)).toEqual(waits.map((wait) => wait.isExpected));
    }),
  );
});

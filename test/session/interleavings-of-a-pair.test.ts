import fc from "fast-check";
import { expect, test } from "vitest";
import { PairWorld } from "../fixtures/session/interleavings/pair-world.js";
import { abort, operations, pause, perform, start, violationsOf } from "../fixtures/session/interleavings/plan.js";
import { rejectionsDuring, runsAndSeed } from "../fixtures/session/interleavings/run-settings.js";
import { useDirectory } from "../helpers/use-directory.js";

/** Longer than a plan takes, bytes in parts over a narrow wire included. */
const BOUND_MS = 5_000;

const deliver = fc.record({
  step: fc.constant("deliver" as const),
  from: fc.constantFrom("near" as const, "far" as const),
  bytes: fc.oneof(fc.nat(200), fc.nat(100_000)),
});
const cut = fc.constant({ step: "cut" as const });
const plan = fc.record({
  capacity: fc.constantFrom(1, 4_096, 65_536, 1_000_000),
  sharedMemory: fc.boolean(),
  steps: fc.array(
    fc.oneof(
      { weight: 30, arbitrary: start(fc.oneof(...operations)) },
      { weight: 20, arbitrary: deliver },
      { weight: 15, arbitrary: pause },
      { weight: 8, arbitrary: abort },
      { weight: 1, arbitrary: cut },
    ),
    { minLength: 1, maxLength: 60, size: "max" },
  ),
});

test(
  "whatever two sessions do at once, everything settles as the model says and nothing is left",
  async () => {
    const folder = useDirectory();
    const rejections = rejectionsDuring();
    await fc.assert(
      fc.asyncProperty(plan, async ({ capacity, sharedMemory, steps }) => {
        const world = new PairWorld({ capacity, folder: sharedMemory ? folder : undefined });
        const performed = await perform(
          world,
          steps,
          (step: { step: "cut" } | { step: "deliver"; from: "near" | "far"; bytes: number }) => {
            if (step.step === "cut") world.cut();
            else world.wire[step.from].deliver(step.bytes);
          },
          BOUND_MS,
          () => world.wire.flow(),
        );
        const left = await world.finish(performed);
        expect([...violationsOf(performed), ...left, ...rejections()]).toEqual([]);
      }),
      runsAndSeed("INTERLEAVINGS_OF_A_PAIR_RUNS", 6_000),
    );
  },
  1 << 30,
);

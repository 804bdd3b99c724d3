import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { die } from "../fixtures/session/interleavings/call-operations.js";
import { abort, operations, pause, perform, start, violationsOf } from "../fixtures/session/interleavings/plan.js";
import { ProcessWorld } from "../fixtures/session/interleavings/process-world.js";
import { rejectionsDuring, runsAndSeed } from "../fixtures/session/interleavings/run-settings.js";
import { useDirectory } from "../helpers/use-directory.js";

/** Longer than a plan takes with all its restarts, on a machine that is busy with other things. */
const BOUND_MS = 20_000;

const kill = fc.constant({ step: "kill" as const });
const plan = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: start(fc.oneof(...operations)) },
    { weight: 1, arbitrary: start(die) },
    { weight: 15, arbitrary: pause },
    { weight: 8, arbitrary: abort },
    { weight: 1, arbitrary: kill },
  ),
  { minLength: 1, maxLength: 80, size: "max" },
);

test(
  "whatever host and process do at once, everything settles as the model says and nothing is left",
  async () => {
    const world = await ProcessWorld.create(useDirectory());
    onTestFinished(() => world.close());
    const rejections = rejectionsDuring();
    const settings = runsAndSeed<[unknown]>("INTERLEAVINGS_RUNS", 15_000);
    let operationsDone = 0;
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        const performed = await perform(world, steps, (_: { step: "kill" }) => world.kill(), BOUND_MS);
        const violations = violationsOf(performed);
        operationsDone += performed.length;
        const done = performed.map(({ operation, story: { key, mayRepeat } }) => ({
          operation,
          story: { key, mayRepeat },
        }));
        performed.length = 0;
        const left = await world.finish(done);
        expect([...violations, ...left, ...rejections()]).toEqual([]);
      }),
      // The same plan comes out differently each time: a smaller one that passes proves nothing.
      { ...settings, endOnFailure: true },
    );
    expect(operationsDone).toBeGreaterThan(0);
  },
  1 << 30,
);

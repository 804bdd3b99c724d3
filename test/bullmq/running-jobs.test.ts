import { IsolationError } from "process-isolation";
import { expect, test } from "vitest";
import { RunningJobs } from "../../src/adapters/bullmq/running-jobs.js";

const job = { id: "1", name: "job", asJSONSandbox: () => ({}) };

test("a process that cannot be told of a cancellation, since it is gone, is forgotten", async () => {
  const jobs = new RunningJobs();
  const told: string[] = [];
  jobs.opened(1, async () => {
    told.push("gone");
    throw new IsolationError("STOPPED", "it has ended");
  });
  jobs.opened(2, async () => void told.push("there"));
  for (let round = 0; round < 2; round += 1) {
    jobs.cancel(jobs.begin(job), "enough");
    await new Promise(setImmediate);
  }
  expect(told).toEqual(["gone", "there", "there"]);
});

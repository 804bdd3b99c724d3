import { expect, test } from "vitest";
import { collectGarbage } from "../helpers/collect-garbage.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

test("what getData returned is let go of while the process lives", async () => {
  const isolator = await useIsolator();
  await isolator.setData("large", Buffer.alloc(1_000_000, 1));
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 50; count += 1) await isolator.getData("large");
  collectGarbage();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
});

test("a wait that was given up leaves nothing", async () => {
  const isolator = await useIsolator();
  const wait = () => isolationError(isolator.waitForExit({ timeoutMs: 0 }));
  for (let count = 0; count < 100; count += 1) await wait();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < 10_000; count += 1) await wait();
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000 * 100);
});

test("requests of the framework take no handle each", async () => {
  const isolator = await useIsolator();
  const read = async () => (await isolator.status()).heapUsedBytes;
  const round = () => Promise.all(Array.from({ length: 1_000 }, () => isolator.getData("nothing")));
  for (let count = 0; count < 5; count += 1) await round();
  collectGarbage();
  const before = { host: process.memoryUsage().heapUsed, process: await read() };
  for (let count = 0; count < 30; count += 1) await round();
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before.host).toBeLessThan(30_000 * 50);
  expect((await read()) - before.process).toBeLessThan(8_000_000);
});

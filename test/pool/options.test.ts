import { isolatePool } from "process-isolation";
import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { usePool, WORKER } from "../helpers/use-pool.js";

const REFUSED: [options: object, message: string][] = [
  [{ min: 3, max: 2 }, "min must be a whole number from 0 to 2; received 3"],
  [{ max: 0 }, "max must be a whole number from 1 to 1024; received 0"],
  [{ concurrency: 0 }, "concurrency must be a whole number from 1"],
  [{ concurrency: 2, recycle: { afterCalls: 1 } }, "concurrency must be 1 with recycle: { afterCalls: 1 }"],
  [{ maxQueue: -1 }, "maxQueue must be a whole number of at least 0, or Infinity"],
  [{ idleMs: "1s" }, "idleMs must be milliseconds"],
  [{ scaleUpAfterMs: -1 }, "scaleUpAfterMs must be milliseconds"],
  [{ cancelGraceMs: -1 }, "cancelGraceMs must be milliseconds"],
  [{ spares: 65 }, "spares must be a whole number from 0 to 64"],
  [{ key: "id" }, "key must be a function"],
  [{ restart: { maxRestart: 1 } }, 'did you mean "maxRestarts"'],
  [{ maxx: 2 }, 'did you mean "max"'],
  [{ maxInFlight: 2 }, 'pool options have no "maxInFlight": give concurrency, which is for each process'],
  [{ standby: 1 }, 'pool options have no "standby": give spares'],
  [{ record: "calls.ndjson" }, 'pool options have no "record": give it to isolate(): a record is of one process'],
  [{ onCrash: "restart" }, 'pool options have no "onCrash": give restart'],
  [{ limits: { memory: "x" } }, "limits.memory"],
];

test.each(REFUSED)("%o is refused: %s", async (options, message) => {
  const error = await isolationError(isolatePool(WORKER, options));
  expect(error.code).toBe("INVALID_OPTION");
  expect(error.message).toContain(message);
});

test("options that are no object are refused", async () => {
  expect((await isolationError(isolatePool(WORKER, null as never))).message).toContain(
    "pool options must be an object",
  );
});

test("a module that can be none is refused", async () => {
  expect((await isolationError(isolatePool(""))).code).toBe("INVALID_OPTION");
});

test("the module is looked for from `from`, and may be a URL", async () => {
  const from = new URL("../fixtures/pool/", import.meta.url);
  const [relative, url] = [
    await usePool({ from, max: 1 }, "./worker.mjs"),
    await usePool({ max: 1 }, new URL("worker.mjs", from).href),
  ];
  expect(await relative.api.echo(1)).toBe(1);
  expect(await url.api.echo(2)).toBe(2);
});

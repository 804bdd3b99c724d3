import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { recordWarnings } from "../helpers/record-warnings.js";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator, useSharedIsolator, whereIsolated } from "../helpers/use-isolator.js";

const waits = fixture("waits.mjs");
const deaths = fixture("deaths.mjs");
const values = fixture("values.mjs");

describe("a call that nobody waits for any longer", () => {
  const isolator = useSharedIsolator();

  test("rejects with CANCELLED at once, and the signal's reason as cause", async () => {
    const controller = new AbortController();
    const call = isolationError(isolator().invoke(deaths, "never", [], { signal: controller.signal }));
    await isolator().invoke(deaths, "pid");
    const reason = new Error("the user went away");
    controller.abort(reason);
    const error = await call;
    expect(error).toMatchObject({ code: "CANCELLED", cause: reason, facts: { attempts: 1 } });
    expect(error.message).toContain("never");
    expect(error.stack).toContain("calls.test.ts");
  });

  test("is not even sent where its signal was aborted before", async () => {
    const { callsDone } = await isolator().status();
    const call = isolator().invoke(values, "add", [1, 2], { signal: AbortSignal.abort() });
    expect((await isolationError(call)).code).toBe("CANCELLED");
    expect((await isolator().status()).callsDone).toBe(callsDone);
  });

  test("rejects with DEADLINE_EXCEEDED after its timeoutMs, which the message tells", async () => {
    const error = await isolationError(isolator().invoke(deaths, "never", [], { timeoutMs: 50 }));
    expect(error.code).toBe("DEADLINE_EXCEEDED");
    expect(error.message).toContain("timeoutMs (50 ms)");
  });

  test("does not hurt its neighbours, and the process goes on", async () => {
    const { pid } = isolator();
    const neighbour = isolator().invoke(waits, "later", [100]);
    await isolationError(isolator().invoke(deaths, "never", [], { timeoutMs: 20 }));
    expect(await neighbour).toBe("in the end");
    expect(isolator().pid).toBe(pid);
  });

  test("may share its signal with many others, and Node.js does not warn", async () => {
    const warnings = recordWarnings();
    const { signal } = new AbortController();
    const calls = Array.from({ length: 50 }, () => isolator().invoke(values, "addLater", [1, 2], { signal }));
    await Promise.all(calls);
    expect(warnings).toEqual([]);
  });

  test("leaves no listener on the caller's signal, however it settles", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    await isolator().invoke(values, "add", [1, 2], { signal });
    await isolationError(isolator().invoke(values, "missing", [], { signal }));
    await isolationError(isolator().invoke(deaths, "never", [], { signal, timeoutMs: 10 }));
    expect(listeners).toBe(0);
  });
});

test("callTimeoutMs applies to calls without a timeout of their own", async () => {
  const isolator = await useIsolator({ callTimeoutMs: 50 });
  expect((await isolationError(isolator.invoke(deaths, "never"))).code).toBe("DEADLINE_EXCEEDED");
  expect(await isolator.invoke(waits, "later", [100], { timeoutMs: 10_000 })).toBe("in the end");
});

whereIsolated(() => {
  test("a deadline counts the time that a call waits for a restart", async () => {
    const isolator = await useIsolator({ restart: { backoff: { initialMs: 60_000, maxMs: 60_000 } } });
    await isolationError(isolator.invoke(deaths, "exit", [1]));
    const error = await isolationError(isolator.invoke(deaths, "pid", [], { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", facts: { attempts: 0 } });
  });
});

describe("maxInFlight and maxQueue", () => {
  test("bound what runs at once, in the order of the calls", async () => {
    const isolator = await useIsolator({ maxInFlight: 2 });
    const order: string[] = [];
    const calls = ["a", "b", "c", "d"].map((name) =>
      isolator.invoke(waits, "later", [20]).then(() => order.push(name)),
    );
    await Promise.all(calls);
    expect(order).toEqual(["a", "b", "c", "d"]);
  });

  test("one call more than may wait is QUEUE_FULL, and room comes back", async () => {
    const isolator = await useIsolator({ maxInFlight: 1, maxQueue: 1 });
    const running = isolator.invoke(waits, "later", [50]);
    const waiting = isolator.invoke(waits, "later", [0]);
    const error = await isolationError(isolator.invoke(waits, "later", [0]));
    expect(error.code).toBe("QUEUE_FULL");
    expect(error.message).toContain("maxQueue");
    await Promise.all([running, waiting]);
    expect(await isolator.invoke(values, "add", [1, 2])).toBe(3);
  });

  test("a cancelled call that waits is never run", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const ledger = join(useDirectory(), "ledger");
    const controller = new AbortController();
    const running = isolator.invoke(waits, "later", [50]);
    const hang = isolator.invoke(fixture("attempts.mjs"), "hang", [ledger], { signal: controller.signal });
    const waiting = isolationError(hang);
    controller.abort();
    expect(await waiting).toMatchObject({ code: "CANCELLED", facts: { attempts: 0 } });
    await running;
    await isolator.invoke(values, "add", [1, 2]);
    expect(existsSync(ledger)).toBe(false);
  });

  test("a call that a getter of its own argument gives up takes no place", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const controller = new AbortController();
    const running = isolator.invoke(waits, "later", [50]);
    const argument = {
      get value() {
        controller.abort();
        return 1;
      },
    };
    const given = isolator.invoke(deaths, "never", [argument], { signal: controller.signal });
    expect((await isolationError(given)).code).toBe("CANCELLED");
    await running;
    expect(await isolator.invoke(values, "add", [1, 2])).toBe(3);
  });

  test("twenty thousand calls that wait are settled without stalling the host", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const calls = [isolationError(isolator.invoke(deaths, "never"))];
    for (let index = 0; index < 20_000; index += 1) calls.push(isolationError(isolator.invoke(deaths, "pid")));
    const startedAt = performance.now();
    const terminated = isolator.terminate();
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await terminated;
    const codes = new Set((await Promise.all(calls)).map(({ code }) => code));
    expect(codes).toEqual(new Set(["STOPPED"]));
  });
});

test("a running call shows in the status and leaves it when it ends", async () => {
  const isolator = await useIsolator();
  await isolator.invoke(waits, "later", [0]);
  const call = isolator.invoke(waits, "until", ["released"]);
  expect((await isolator.status()).callsInFlight).toBe(1);
  await isolator.invoke(waits, "release", ["released", "done"]);
  expect(await call).toBe("done");
  expect((await isolator.status()).callsInFlight).toBe(0);
});

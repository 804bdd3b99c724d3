import type { IsolationOptions, ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useHost } from "../helpers/use-host.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { hasNoGo, useGoProgram } from "./go-program.js";

const MODULE = "./program";

describe.skipIf(hasNoGo)("an isolated Go program", () => {
  const program = useGoProgram();
  const start = (options: IsolationOptions = {}): Promise<ProcessIsolator> =>
    useIsolator({ lane: "descriptor", ...program(), ...options });

  test.each([
    ["exit", [3], { exitCode: 3 }],
    ["kill", [], { signal: "SIGKILL" }],
  ])("that ends by %s is CRASHED, and another takes the next call", async (method, args, facts) => {
    const isolator = await start();
    const crashed = await isolationError(isolator.invoke(MODULE, method, args));
    expect(crashed).toMatchObject({ code: "CRASHED", facts });
    expect(await isolator.invoke(MODULE, "add", [1, 2])).toBe(3);
    expect(isolator.generation).toBe(2);
  });

  test("stores data that the next process has, too", async () => {
    const isolator = await start();
    await isolator.invoke(MODULE, "keep", ["name", [1, { a: "b" }]]);
    expect(await isolator.getData("name")).toEqual([1, { a: "b" }]);
    await isolationError(isolator.invoke(MODULE, "exit", [1]));
    expect(await isolator.invoke(MODULE, "kept", ["name"])).toEqual([1, { a: "b" }]);
  });

  test("a cancelled call ends its context", async () => {
    const isolator = await start();
    const controller = new AbortController();
    const waiting = isolator.invoke(MODULE, "wait", [], { signal: controller.signal });
    await isolator.invoke(MODULE, "nothing");
    controller.abort();
    expect((await isolationError(waiting)).code).toBe("CANCELLED");
    expect(await isolator.invoke(MODULE, "ended")).toBe("wait: the caller waits no more");
  });

  test("the deadline of a call is that of its context", async () => {
    const isolator = await start();
    expect(await isolator.invoke(MODULE, "deadline", [])).toBe(false);
    expect(await isolator.invoke(MODULE, "deadline", [], { timeoutMs: 10_000 })).toBe(true);
    const late = await isolationError(isolator.invoke(MODULE, "wait", [], { timeoutMs: 50 }));
    expect(late.code).toBe("DEADLINE_EXCEEDED");
    expect(await isolator.invoke(MODULE, "ended")).toMatch(/^wait: /);
  });

  test("a shutdown lets running calls finish, and exits with code 0", async () => {
    const isolator = await start();
    const stream = await isolator.invoke<AsyncIterable<number>>(MODULE, "count", [3]);
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of stream) items.push(item);
    })();
    const outcome = await isolator.shutdown({ graceMs: 5_000 });
    await reading;
    expect(outcome).toMatchObject({ kind: "exited", code: 0, reason: "requested" });
    expect(items).toEqual([1, 2, 3]);
  });

  test("tells its status", async () => {
    const isolator = await start();
    await isolator.invoke(MODULE, "add", [1, 2]);
    await isolationError(isolator.invoke(MODULE, "noSuchThing"));
    const status = await isolator.status();
    expect(status).toMatchObject({ state: "ready", generation: 1, callsInFlight: 0, callsDone: 1 });
    expect(status.runtimeVersion).toMatch(/^go1\./);
    expect(status.rssBytes).toBeGreaterThan(1_000_000);
  });

  test.each(["idle", "busy"])("ends with its host, also when it is %s", async (child) => {
    const host = await useHost("wait", child, program());
    host.kill("SIGKILL");
    await host.ended;
    await until(() => host.pids.every((pid) => !isAlive(pid)));
  });
});

import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { collectGarbage } from "../helpers/collect-garbage.js";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";

const PLACES = fixture("places.mjs");
const GATED = fixture("gated.mjs");
const WAITS = fixture("waits.mjs");

describe("the place of a call that runs", () => {
  test("is taken until the call has ended, not until its caller has given up", async () => {
    const isolator = await useIsolator({ maxInFlight: 2 });
    expect((await isolationError(isolator.invoke(PLACES, "occupy", ["a"], { timeoutMs: 50 }))).code).toBe(
      "DEADLINE_EXCEEDED",
    );
    const second = isolationError(isolator.invoke(PLACES, "occupy", ["b"]));
    const third = isolationError(isolator.invoke(PLACES, "occupy", ["c"]));
    // The one place that is left is taken: neither of these begins.
    expect((await isolationError(isolator.invoke(PLACES, "mostAtOnce", [], { timeoutMs: 50 }))).code).toBe(
      "DEADLINE_EXCEEDED",
    );
    expect((await isolator.status()).callsInFlight).toBe(2);
    await isolator.shutdown({ graceMs: 0 });
    expect((await second).code).toBe("STOPPED");
    expect((await third).code).toBe("STOPPED");
  });

  test("is free when a call that was given up has ended by itself", async () => {
    const isolator = await useIsolator({ maxInFlight: 2 });
    const given = isolator.invoke(PLACES, "occupy", ["a"], { timeoutMs: 100 });
    await isolationError(given);
    await isolator.invoke(PLACES, "end", ["a"]);
    const both = [isolator.invoke(PLACES, "occupy", ["b"]), isolator.invoke(PLACES, "mostAtOnce")];
    expect(await both[1]).toBe(1);
    await isolator.invoke(PLACES, "end", ["b"]);
    await both[0];
  });

  test("is free when a call has heeded its signal", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const controller = new AbortController();
    const running = isolationError(isolator.invoke(PLACES, "heed", [], { signal: controller.signal }));
    await until(() => isolator.state === "ready");
    const waiting = isolator.invoke(PLACES, "mostAtOnce");
    controller.abort();
    expect((await running).code).toBe("CANCELLED");
    expect(await waiting).toBe(0);
  });

  test.skipIf(process.platform === "win32")(
    "is free when a call was given up while its module was loaded: it does not begin",
    async () => {
      const gate = join(useDirectory(), "gate");
      execFileSync("mkfifo", [gate]);
      const isolator = await useIsolator({ maxInFlight: 1, env: { GATE: gate } });
      const controller = new AbortController();
      const given = isolator.invoke(GATED, "untilAborted", [], { signal: controller.signal });
      const waiting = isolator.invoke(GATED, "ran");
      controller.abort();
      expect((await isolationError(given)).code).toBe("CANCELLED");
      await writeFile(gate, "");
      expect(await waiting).toBe(0);
    },
  );

  test("is free when the process ends", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    await isolationError(isolator.invoke(PLACES, "occupy", ["a"], { timeoutMs: 50 }));
    const waiting = isolator.invoke(PLACES, "mostAtOnce");
    process.kill(isolator.pid, "SIGKILL");
    expect(await waiting).toBe(0);
    expect(isolator.generation).toBe(2);
  });
});

describe("a call that settles while it waits", () => {
  test("leaves its place in the queue to another", async () => {
    const isolator = await useIsolator({ maxInFlight: 1, maxQueue: 2 });
    const running = isolationError(isolator.invoke(WAITS, "until", ["a"]));
    const early = Array.from({ length: 2 }, () =>
      isolationError(isolator.invoke(WAITS, "later", [0], { timeoutMs: 20 })),
    );
    expect((await isolationError(isolator.invoke(WAITS, "later", [0]))).code).toBe("QUEUE_FULL");
    await Promise.all(early);
    const late = Array.from({ length: 2 }, () => isolationError(isolator.invoke(WAITS, "later", [0])));
    expect((await isolationError(isolator.invoke(WAITS, "later", [0]))).message).toContain("2 calls already wait");
    await isolator.terminate();
    expect((await Promise.all(late)).map(({ code }) => code)).toEqual(["STOPPED", "STOPPED"]);
    await running;
  });

  test("lets go of its arguments at once", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const running = isolationError(isolator.invoke(WAITS, "until", ["a"]));
    const before = process.memoryUsage().arrayBuffers;
    const early = Array.from({ length: 20 }, () =>
      isolationError(isolator.invoke(WAITS, "later", [Buffer.alloc(2_000_000, 1)], { timeoutMs: 20 })),
    );
    await Promise.all(early);
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    await isolator.terminate();
    await running;
  });
});

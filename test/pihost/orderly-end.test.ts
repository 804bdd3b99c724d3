import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { canHideMemory, runFlowHost } from "../fixtures/session/flow-host.js";
import { ask, bearerOf, liveRecordOf, useClient } from "../helpers/contract-client.js";
import { rejection } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const MODULE = fileURLToPath(new URL("../fixtures/session/last-answers.mjs", import.meta.url));

/** An isolate that is not started again, whose module is loaded: its functions are called without a detour. */
async function useLoaded() {
  const isolator = await useIsolator({ restart: false });
  await isolator.invoke(MODULE, "value", [0]);
  return isolator;
}

describe("what was given before process.exit, in the same turn, arrives:", () => {
  test("the answers of other calls", async () => {
    const isolator = await useLoaded();
    const answers = [1, "two", { three: [3] }, undefined, new Map([[4, 5n]])];
    const calls = answers.map((answer) => isolator.invoke(MODULE, "value", [answer]));
    const failure = rejection(isolator.invoke(MODULE, "exit", [3]));
    expect(await Promise.all(calls)).toEqual(answers);
    expect(await failure).toMatchObject({ code: "CRASHED", facts: { exitCode: 3 } });
  });

  test("a callback", async () => {
    const isolator = await useLoaded();
    const heard: unknown[] = [];
    const report = (value: unknown): void => void heard.push(value);
    await rejection(isolator.invoke(MODULE, "reportAndExit", [report, 3]));
    expect(heard).toEqual(["half"]);
  });

  test("items of a stream", async () => {
    const isolator = await useLoaded();
    const stream = await isolator.invoke<AsyncIterable<string>>(MODULE, "yieldAndExit", [3]);
    const items: string[] = [];
    const failure = await rejection(
      (async () => {
        for await (const item of stream) items.push(item);
      })(),
    );
    expect(items).toEqual(["one", "two"]);
    expect(failure).toMatchObject({ code: "CRASHED" });
  });

  test("an error", async () => {
    const isolator = await useLoaded();
    expect(await rejection(isolator.invoke(MODULE, "throwAndExit", [3]))).toMatchObject({ message: "the last one" });
  });

  test("output", async () => {
    const isolator = await useLoaded();
    const lines: string[] = [];
    isolator.events.on("stdout", ({ line }) => lines.push(line));
    const line = "x".repeat(300_000);
    await rejection(isolator.invoke(MODULE, "printAndExit", [line, 3]));
    await isolator.waitForExit();
    expect(lines.join("")).toBe(line);
  });
});

describe("a process that is shut down", () => {
  test.runIf(canHideMemory).each([1, 12_000_000])(
    "gives an answer of %d bytes in full, without shared memory",
    async (bytes) => {
      const report = await runFlowHost("last-answers-host.mjs", ["large", bytes, 1, 0], true);
      expect(report).toEqual({ answers: [bytes], code: 0 });
    },
  );

  test("waits for a host that is slow to read its answers", async () => {
    const report = await runFlowHost("last-answers-host.mjs", ["text", 60_000, 100, 800]);
    expect(report).toEqual({ answers: [60_000], code: 0 });
  });
});

describe("a process that somebody else shuts down", () => {
  async function useClientOf(name: string) {
    const isolator = await useIsolator({ name, discoverable: true });
    await isolator.invoke(MODULE, "value", [0]);
    const { token, address } = await liveRecordOf(name);
    const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", address);
    const request = (method: string, fields: object) => ask(client, method, fields, bearerOf(token));
    return { isolator, request };
  }

  test("heeds the first request, whatever a second one says", async () => {
    const { isolator, request } = await useClientOf(`first-${process.pid}`);
    const running = isolator.invoke(MODULE, "text", [3]);
    await isolator.invoke(MODULE, "finishWhenAsked");
    await request("shutdown", { reason: "first", grace: { seconds: 20 } });
    await request("shutdown", { reason: "second", grace: { nanos: 1_000_000 } });
    // By then the grace of the second request would be over.
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(isolator.pid, "SIGUSR2");
    expect(await running).toBe("xxx");
    expect(await isolator.waitForExit()).toMatchObject({ code: 0 });
  });

  test("ends when its grace is over, though a call still runs", async () => {
    const { isolator, request } = await useClientOf(`over-${process.pid}`);
    const running = rejection(isolator.invoke(MODULE, "hang"));
    await request("shutdown", { reason: "over", grace: { nanos: 50_000_000 } });
    expect(await isolator.waitForExit({ timeoutMs: 10_000 })).toMatchObject({ code: 0 });
    expect(await running).toMatchObject({ code: "STOPPED" });
  });

  test("answers the requests that came over its socket in full", async () => {
    const { isolator, request } = await useClientOf(`socket-${process.pid}`);
    const answer = request("invoke", {
      module: MODULE,
      method: "text",
      args: { values: [{ numberValue: 300_000 }] },
    });
    await isolator.invoke(MODULE, "finishWhenAsked");
    await request("shutdown", { reason: "answers", grace: { seconds: 20 } });
    process.kill(isolator.pid, "SIGUSR2");
    expect(await answer).toMatchObject({ result: { stringValue: "x".repeat(300_000) } });
    expect(await isolator.waitForExit()).toMatchObject({ code: 0 });
  });
});

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { canHideMemory, runFlowHost } from "../fixtures/session/flow-host.js";
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
      const report = await runFlowHost("last-answers-host.mjs", [bytes], true);
      expect(report).toEqual({ answer: { length: bytes }, code: 0 });
    },
  );
});

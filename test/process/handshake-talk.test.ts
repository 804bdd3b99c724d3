import type { IsolationOptions } from "process-isolation";
import { ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { useFakeChild } from "../helpers/fake-child.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

const descriptorThree = fixture("descriptor-three.mjs");
const neighbour = useSharedIsolator();

/** The error of a start whose process does this, after checking that the process is gone. */
async function failedStart(body: string, options: IsolationOptions = {}) {
  const child = useFakeChild(`${body}; stay();`);
  const error = await isolationError(ProcessIsolator.create({ execPath: child.execPath, ...options }));
  expect(isAlive(child.pid())).toBe(false);
  return error;
}

describe("a process that breaks the conversation before it is ready is not started:", () => {
  test.each([
    ["it says hello twice", "hello(); hello()", "said hello twice"],
    ["it says ready before hello", "say({ ready: {} })", "said ready before hello"],
    ["it says stopping before hello", 'say({ stopping: { reason: "x" } })', "said stopping before hello"],
    ["it says stopping before ready", 'hello(); say({ stopping: { reason: "x" } })', "said stopping before ready"],
    ["a debugger that nobody asked for", 'hello(); say({ debugger: { url: "ws://x" } })', "was not asked for"],
    ["newlines without end", 'say("\\n".repeat(1_000))', "more than 64 lines"],
    ["a line without end", 'say("x".repeat(20_000))', "a line of more than 16384 bytes"],
    ["a hello of any length", 'hello({ runtime: "x".repeat(20_000) })', "a line of more than 16384 bytes"],
    ["long lines without end", 'for (let n = 0; n < 5; n++) say("x".repeat(16_000))', "more than 65536 bytes"],
  ])("%s", async (_, body, what) => {
    const error = await failedStart(body);
    expect(error.code).toBe("PROTOCOL");
    expect(error.message).toContain(what);
    expect(error.facts.generation).toBe(1);
  });

  test.each(["http://127.0.0.1:9229/", "javascript:alert(1)", "ws://x\n[forged]", `ws://${"x".repeat(501)}`, "ws://"])(
    "a debugger at %j",
    async (url) => {
      const error = await failedStart(
        `hello({ runtime: "node" }); awaitGo(); say({ debugger: { url: ${JSON.stringify(url)} } })`,
        {
          debug: true,
        },
      );
      expect(error.code).toBe("PROTOCOL");
      expect(error.message).not.toContain(url);
    },
  );

  test("what it says about itself is cut, and cannot forge a line of a log", async () => {
    const error = await failedStart('hello({ protocol: 7, version: "1\\n[forged]", runtime: "x".repeat(9_000) })');
    expect(error.code).toBe("PROTOCOL");
    expect(error.message).toContain("1\\n[forged]");
    expect(error.message.length).toBeLessThan(500);
  });
});

describe("what a process may say without harm:", () => {
  test.each([
    ["unknown kinds", '{"heartbeat":{"at":1}}\n', 40],
    ["lines that are no JSON", "garbage\n", 40],
    ["nesting as deep as a line is long", `${"[".repeat(8_000)}${"]".repeat(8_000)}\n`, 1],
    ["a message whose parts have no text", '{"debugger":{"url":{"toString":1}}}\n', 1],
  ])("%s", async (_, text, times) => {
    const isolator = await useIsolator();
    await isolator.invoke(descriptorThree, "whisper", [text.repeat(times)]);
    expect(await isolator.invoke("node:path", "basename", ["a/b"])).toBe("b");
    expect(isolator.generation).toBe(1);
  });

  test("stopping, of which the whole reason is taken", async () => {
    const isolator = await useIsolator();
    const exited = nextEvent(isolator, "exited");
    const reason = "\u0000".repeat(2_000);
    await isolator.invoke(descriptorThree, "whisper", [`${JSON.stringify({ stopping: { reason } })}\n`]);
    process.kill(isolator.pid as number, "SIGKILL");
    expect((await exited).outcome.reason).toBe("requested");
  });
});

test("a shutdown is in order however long its reason is", async () => {
  const isolator = await useIsolator();
  const outcome = await isolator.shutdown({ reason: "\u0001".repeat(100_000) });
  expect(outcome).toMatchObject({ kind: "exited", code: 0, reason: "requested" });
});

describe("a process that breaks the conversation after it was ready ends at once, for that reason:", () => {
  test.each([
    ["newlines without end", "\n", 4_000_000, "more than 65536 bytes"],
    ["one newline too many", "\n", 100, "more than 64 lines"],
    ["bytes without a newline", "x", 16_385, "a line of more than 16384 bytes"],
    ["another hello", '{"hello":{"protocol":1}}\n', 1, "said hello twice"],
    ["another ready", '{"ready":{}}\n', 1, "said ready twice"],
    ["two of stopping", '{"stopping":{"reason":"x"}}\n', 2, "said stopping twice"],
    ["a debugger", '{"debugger":{"url":"ws://127.0.0.1:1/x"}}\n', 1, "was not asked for"],
  ])("%s", async (_, text, times, what) => {
    const isolator = await useIsolator({ restart: false });
    const { pid } = isolator;
    const error = await isolationError(isolator.invoke(descriptorThree, "say", [text, times]));
    expect(error).toMatchObject({ code: "CRASHED", facts: { reason: "protocol" } });
    expect(error.cause).toMatchObject({ code: "PROTOCOL", message: expect.stringContaining(what) });
    expect(isAlive(pid as number)).toBe(false);
    expect(await neighbour().invoke("node:path", "basename", ["a/b"])).toBe("b");
  });
});

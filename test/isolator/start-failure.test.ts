import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type IsolationOptions, ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { type FakeChild, useFakeChild } from "../helpers/fake-child.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useSharedIsolator } from "../helpers/use-isolator.js";

const neighbour = useSharedIsolator();

/** A failed start: its error, after checking that neither the process nor its socket is left. */
async function failedStart(options: IsolationOptions, child?: FakeChild) {
  const error = await isolationError(ProcessIsolator.create({ name: "never-started", ...options }));
  const { address } = neighbour();
  if (child !== undefined) expect(isAlive(child.pid())).toBe(false);
  if (error.facts.pid !== undefined) expect(isAlive(error.facts.pid)).toBe(false);
  expect(readdirSync(dirname(address)).filter((name) => name !== "lock")).toEqual([basename(address)]);
  return error;
}

describe("a start fails at once, with what is known about the process,", () => {
  test("when it exits before it says hello", async () => {
    const child = useFakeChild('process.stderr.write("the reason\\n"); process.exitCode = 7;');
    const error = await failedStart({ execPath: child.execPath }, child);
    expect(error.code).toBe("START_FAILED");
    expect(error.message).toContain("exited with code 7");
    expect(error.message).toContain("the reason");
    expect(error.facts).toMatchObject({
      isolate: "never-started",
      generation: 1,
      pid: child.pid(),
      exitCode: 7,
      reason: "start-failed",
      stderrTail: "the reason",
    });
    expect(error.facts.uptimeMs).toBeGreaterThan(0);
    expect(error.facts).not.toHaveProperty("signal");
  });

  test.skipIf(process.platform === "win32")("when a signal ends it", async () => {
    const child = useFakeChild('process.kill(process.pid, "SIGKILL"); stay();');
    const error = await failedStart({ execPath: child.execPath }, child);
    expect(error.code).toBe("START_FAILED");
    expect(error.facts).toMatchObject({ signal: "SIGKILL", pid: child.pid() });
    expect(error.facts).not.toHaveProperty("exitCode");
  });

  test("when it exits between hello and ready", async () => {
    const child = useFakeChild("hello(); awaitGo(); process.exit(3);");
    const error = await failedStart({ execPath: child.execPath }, child);
    expect(error.code).toBe("START_FAILED");
    expect(error.facts).toMatchObject({ exitCode: 3 });
  });

  test("when it exits after ready, before it has answered anything", async () => {
    const child = useFakeChild(`
      hello();
      process.stderr.write("gone\\n");
      listenSilently(awaitGo().address, () => process.exit(5));
    `);
    const startedAt = performance.now();
    const error = await failedStart({ execPath: child.execPath, startTimeoutMs: 5_000 }, child);
    expect(error.code).toBe("START_FAILED");
    expect(error.facts).toMatchObject({ exitCode: 5, stderrTail: "gone", pid: child.pid() });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  test("when it writes something else to the handshake's descriptor and exits", async () => {
    const child = useFakeChild('say("garbage"); say("null"); say("[]"); say("{\\"hello\\":"); process.exit(4);');
    const error = await failedStart({ execPath: child.execPath }, child);
    expect(error.code).toBe("START_FAILED");
    expect(error.facts).toMatchObject({ exitCode: 4 });
  });

  test("when it closes the handshake's descriptor and exits", async () => {
    const child = useFakeChild("closeSync(3); process.exit(6);");
    const error = await failedStart({ execPath: child.execPath }, child);
    expect(error.code).toBe("START_FAILED");
    expect(error.facts).toMatchObject({ exitCode: 6 });
  });

  test("when Node.js does not know a flag", async () => {
    const error = await failedStart({ execArgv: ["--no-such-flag"] });
    expect(error.code).toBe("START_FAILED");
    expect(error.facts).toMatchObject({ exitCode: 9 });
    expect(error.facts.stderrTail).toContain("--no-such-flag");
  });

  test("when there is no such program", async () => {
    const error = await failedStart({ execPath: "/no/such/node" });
    expect(error.code).toBe("START_FAILED");
    expect(error.cause).toMatchObject({ code: "ENOENT" });
    expect(error.message).toContain("/no/such/node");
    expect(error.facts).toMatchObject({ isolate: "never-started", generation: 1, reason: "start-failed" });
  });

  test.skipIf(process.platform === "win32")("when the program may not be run", async () => {
    const error = await failedStart({ execPath: useDirectory() });
    expect(error.code).toBe("START_FAILED");
    expect(error.cause).toMatchObject({ code: "EACCES" });
  });
});

describe("a start that takes longer than startTimeoutMs fails with START_TIMEOUT", () => {
  const cases: readonly [string, string, string][] = [
    ["when it never says hello", 'process.stderr.write("asleep\\n"); stay();', "say hello"],
    ["when it is never ready", 'hello(); awaitGo(); process.stderr.write("asleep\\n"); stay();', "serve its socket"],
    [
      "when it closed the handshake's descriptor",
      'process.stderr.write("asleep\\n"); closeSync(3); stay();',
      "say hello",
    ],
  ];
  test.each(cases)("%s", async (_, body, step) => {
    const child = useFakeChild(body);
    const startedAt = performance.now();
    const error = await failedStart({ execPath: child.execPath, startTimeoutMs: 500 }, child);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(499);
    expect(error.code).toBe("START_TIMEOUT");
    expect(error.message).toContain(step);
    expect(error.message).toContain("500 ms");
    // An application takes no script, and says nothing.
    const doubt = `execPath must be a Node.js: is ${JSON.stringify(child.execPath)} one?`;
    if (step === "say hello") expect(error.message).toContain(doubt);
    else expect(error.message).not.toContain("Node.js");
    expect(error.facts).toMatchObject({ pid: child.pid(), stderrTail: "asleep", generation: 1 });
  });

  test("when it accepts connections and answers none", async () => {
    const child = useFakeChild("hello(); listenSilently(awaitGo().address);");
    const error = await failedStart({ execPath: child.execPath, startTimeoutMs: 500 }, child);
    expect(error.code).toBe("START_TIMEOUT");
    expect(error.facts).toMatchObject({ pid: child.pid() });
  });
});

test("a process that says ready and does not serve is refused at once", async () => {
  const child = useFakeChild("hello(); awaitGo(); say({ ready: {} }); stay();");
  const error = await failedStart({ execPath: child.execPath }, child);
  expect(["PROTOCOL", "START_FAILED"]).toContain(error.code);
  expect(error.facts).toMatchObject({ isolate: "never-started", generation: 1 });
});

test("a process of another protocol version is refused, with both versions named", async () => {
  const child = useFakeChild("hello({ protocol: 99 }); stay();");
  const error = await failedStart({ execPath: child.execPath }, child);
  expect(error.code).toBe("PROTOCOL");
  expect(error.message).toMatch(/version 99\b/);
  expect(error.message).toMatch(/version 1\b/);
  expect(error.message).toContain("9.9.9");
});

describe("a start that the caller's signal cancels leaves nothing behind", () => {
  test("when it was aborted before", async () => {
    const reason = new Error("changed my mind");
    const error = await failedStart({ signal: AbortSignal.abort(reason) });
    expect(error.code).toBe("CANCELLED");
    expect(error.cause).toBe(reason);
  });

  test("when it is aborted in the same turn", async () => {
    const controller = new AbortController();
    const start = failedStart({ signal: controller.signal });
    controller.abort();
    expect((await start).code).toBe("CANCELLED");
  });

  const moments: readonly [string, string][] = [
    ["before hello", 'mark("there"); stay();'],
    ["before ready", 'hello(); awaitGo(); mark("there"); stay();'],
    ["before it answers", 'hello(); listenSilently(awaitGo().address, () => mark("there"));'],
  ];
  test.each(moments)("when it is aborted %s", async (_, body) => {
    const controller = new AbortController();
    const child = useFakeChild(body);
    const start = failedStart({ execPath: child.execPath, signal: controller.signal, startTimeoutMs: 5_000 }, child);
    await until(() => child.reached("there"));
    const abortedAt = performance.now();
    controller.abort();
    expect((await start).code).toBe("CANCELLED");
    expect(performance.now() - abortedAt).toBeLessThan(2_000);
  });

  test.each([0, 30, 60, 90])("when it is aborted %i ms into a real start", async (ms) => {
    const start = ProcessIsolator.create({ signal: AbortSignal.timeout(ms) });
    const outcome = await start.then(
      (isolator) => isolator.terminate().then(() => "it was quicker"),
      (error: { code: string }) => error.code,
    );
    expect(["CANCELLED", "it was quicker"]).toContain(outcome);
    expect(readdirSync(dirname(neighbour().address)).filter((name) => name !== "lock")).toEqual([
      basename(neighbour().address),
    ]);
  });

  test("and an abort after create changes nothing", async () => {
    const controller = new AbortController();
    await using isolator = await ProcessIsolator.create({ signal: controller.signal });
    controller.abort();
    expect(await isolator.invoke("node:path", "basename", ["a/b"])).toBe("b");
  });
});

test("a start that the system refuses at once fails with its cause, and leaves no control group", async () => {
  const env = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`LONG_${index}`, "x".repeat(130_000)]));
  const error = await isolationError(ProcessIsolator.create({ env, limits: { memory: "512MB", pids: 100 } }));
  expect(error).toMatchObject({ code: "START_FAILED", cause: { code: "E2BIG" } });
});

import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { type IsolationOptions, isolate, ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useExecutable } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";

const JSON_PIHOST = fixture("json-pihost.mjs");
const INVOKE_PIHOST = fixture("invoke-pihost.mjs");

/** A program in the place of our pihost, with what its hello says beside. */
const by = (program: string, hello: object): IsolationOptions => ({
  runtime: { command: [process.execPath, program, JSON.stringify(hello)] },
});
const JSON_LEVEL = { sessionOnDescriptor: true, features: ["session"] };
const INVOKE_LEVEL = { features: ["invoke", "socket"] };

const useJson = (options: IsolationOptions = {}, hello: object = JSON_LEVEL): Promise<ProcessIsolator> =>
  useIsolator({ lane: "descriptor", ...by(JSON_PIHOST, hello), ...options });
const useInvoke = (options: IsolationOptions = {}, hello: object = INVOKE_LEVEL): Promise<ProcessIsolator> =>
  useIsolator({ lane: "descriptor", ...by(INVOKE_PIHOST, hello), ...options });

const start = (options: IsolationOptions): Promise<unknown> =>
  ProcessIsolator.create(options as IsolationOptions<undefined>);

describe("a runtime of the level json", () => {
  test("is called by columns, and has neither socket nor folder", async () => {
    const folder = dirname(dirname((await useIsolator({ lane: "descriptor" })).address));
    const before = readdirSync(folder);
    const isolator = await useJson({ name: "by-hand" });
    expect(isolator.address).toBe("");
    expect(readdirSync(folder)).toEqual(before);
    expect(await isolator.invoke("any", "add", [1, 2])).toBe(3);
    const values = [null, true, "$5", 1.5, 2 ** 53 - 1, [], {}, { "__proto x": [{ a: "文" }] }];
    expect(await isolator.invoke("any", "echo", values)).toEqual(values);
    expect(await isolator.invoke("any", "nothing")).toBeUndefined();
    expect(await isolator.invoke("any", "argv")).toEqual(["by-hand", isolator.pid]);
  });

  test("is told what it asked for, and nothing else", async () => {
    const isolator = await useJson({ maxPayload: "1MiB" });
    const go = await isolator.invoke<Record<string, unknown>>("any", "go");
    const names = ["protocol", "token", "isolate", "generation", "from", "sessionOnDescriptor"];
    // Whoever started these tests may have left descriptors open.
    const { strayDescriptors: _, ...rest } = go;
    expect(Object.keys(rest).toSorted()).toEqual([...names, "features", "hostVersion", "maxPayload"].toSorted());
    expect(go).toMatchObject({ protocol: 1, features: ["session"], maxPayload: 2 ** 20, sessionOnDescriptor: true });
    expect(go.hostVersion).toMatch(/^\d+\.\d+\.\d+/);
  });

  test.each([
    ["a Date", [{ at: [new Date(0)] }], 'args[0].at[0] is an instance of Date ("date")'],
    ["undefined inside", [{ a: undefined }], 'args[0].a is undefined ("undefined")'],
    ["NaN", [[Number.NaN]], 'args[0][0] is NaN ("number")'],
    ["a BigInt", [1n], 'args[0] is a BigInt ("bigint")'],
    ["a Map", [new Map()], 'args[0] is an instance of Map ("map")'],
    ["a Buffer", [Buffer.from("x")], 'args[0] is an instance of Buffer ("bytes")'],
    ["a function", [() => {}], "args[0] is a function"],
    ["a hole", [Object.assign([1], { 2: 3 })], 'args[0] is an array ("sparse")'],
    ["an error", [new TypeError("x")], 'args[0] is an instance of TypeError ("error")'],
  ])("is not sent %s", async (_, args, message) => {
    const isolator = await useJson();
    const error = await isolationError(isolator.invoke("any", "echo", args));
    expect(error.code).toBe("NOT_SERIALIZABLE");
    expect(error.message).toContain(message);
    expect(await isolator.invoke("any", "add", [1, 2])).toBe(3);
  });

  test("is refused a cycle with its path, and gets what is shared twice", async () => {
    const isolator = await useJson();
    const cycle: { self?: unknown } = {};
    cycle.self = { again: cycle };
    const error = await isolationError(isolator.invoke("any", "echo", [cycle]));
    expect(error.message).toContain('args[0].self.again is a part of itself ("cycles")');
    const shared = { a: "$1" };
    expect(await isolator.invoke("any", "echo", [shared, [shared]])).toEqual([{ a: "$1" }, [{ a: "$1" }]]);
  });

  test("gets null for an argument that is undefined, and none at the end", async () => {
    const isolator = await useJson();
    expect(await isolator.invoke("any", "echo", [1, undefined, 3, undefined])).toEqual([1, null, 3]);
  });

  test("gets long texts in a column, up to a bound that is told", async () => {
    const isolator = await useJson();
    const text = "文$".repeat(200_000);
    expect(await isolator.invoke("any", "echo", [text])).toEqual([text]);
    const error = await isolationError(isolator.invoke("any", "echo", ["x".repeat(2 ** 21)]));
    expect(error).toMatchObject({
      code: "NOT_SERIALIZABLE",
      message: expect.stringContaining('the feature "payloads"'),
    });
  });

  test("throws errors without a stack, and codes of a later version", async () => {
    const isolator = await useJson();
    const error = (await rejection(isolator.invoke("any", "fail", ["too much"]))) as Error;
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe("too much");
    expect(error.stack).toMatch(/^RangeError: too much\n/);
    expect((await isolationError(isolator.invoke("any", "missing"))).code).toBe("METHOD_NOT_FOUND");
    expect(await rejection(isolator.invoke("any", "newCode"))).toMatchObject({ code: "QUOTA_SPENT" });
  });

  test("is restarted after a crash, limited and told apart as any process", async () => {
    const isolator = await useJson({ limits: { memory: "512MB", openFiles: 256 } });
    const restarted = nextEvent(isolator, "restarted");
    expect((await isolationError(isolator.invoke("any", "crash"))).code).toBe("CRASHED");
    await restarted;
    expect(await isolator.invoke("any", "add", [2, 2])).toBe(4);
    const { generation, pid, limits, uptimeMs, heapLimitBytes } = await isolator.status();
    expect({ generation, pid, heapLimitBytes }).toEqual({ generation: 2, pid: isolator.pid, heapLimitBytes: 0 });
    expect(uptimeMs).toBeGreaterThan(0);
    expect(Object.keys(limits).toSorted()).toEqual(["memory", "openFiles"]);
    const line = nextEvent(isolator, "stdout");
    await isolator.invoke("any", "print", ["a line"]);
    expect(await line).toMatchObject({ line: "a line" });
  });

  test("keeps its running calls when it is shut down", async () => {
    const isolator = await useJson();
    const running = isolator.invoke("any", "later", ["in the end", 100]);
    const outcome = isolator.shutdown();
    expect(await running).toBe("in the end");
    expect(await outcome).toMatchObject({ kind: "exited", code: 0, forced: false });
  });

  test("leaves data to the host, and has no exports to tell", async () => {
    const isolator = await useJson();
    await isolator.setData("name", new Map([[1, 2]]));
    expect(await isolator.getData("name")).toEqual(new Map([[1, 2]]));
    expect((await isolationError(isolator.exports("any"))).code).toBe("METHOD_NOT_FOUND");
  });

  test("answers isolate(), whose own lifecycle it needs not have", async () => {
    await using isolated = await isolate<{ add(a: number, b: number): number }>("any", by(JSON_PIHOST, JSON_LEVEL));
    expect(await isolated.api.add(3, 4)).toBe(7);
  });

  test("is recycled", async () => {
    const isolator = await useJson();
    const { pid } = isolator;
    await isolator.recycle();
    expect(isolator.pid).not.toBe(pid);
    expect(await isolator.invoke("any", "add", [1, 1])).toBe(2);
  });
});

describe("a status", () => {
  const hello = { ...JSON_LEVEL, features: ["session", "status"] };

  test("has 0 for what the process does not say, and nothing beside", async () => {
    const isolator = await useJson({ name: "says-little" }, hello);
    await isolator.invoke("any", "say", [{ pid: 5, callsDone: 9, colour: "blue", runtimeVersion: "1.0" }]);
    const status = await isolator.status();
    expect(status).toMatchObject({
      callsDone: 9,
      callsFailed: 0,
      heapLimitBytes: 0,
      uptimeMs: 0,
      runtimeVersion: "1.0",
    });
    expect(status).not.toHaveProperty("colour");
    expect(status.pid).toBe(isolator.pid);
  });

  test.each([
    [{ callsDone: "9" }, 'callsDone must be a finite number from 0; received "9"'],
    [{ rssBytes: -1 }, "rssBytes must be a finite number from 0; received -1"],
    [{ runtimeVersion: 3 }, "runtimeVersion must be a string; received 3"],
    [{ uptime: { seconds: null, nanos: [] } }, "uptime.nanos must be a finite number from 0; received an object"],
    ["fine", 'must be an object; received "fine"'],
  ])("that says %j is refused", async (said, message) => {
    const isolator = await useJson({}, hello);
    await isolator.invoke("any", "say", [said]);
    const error = await isolationError(isolator.status());
    expect(error.code).toBe("PROTOCOL");
    expect(error.message).toContain(message);
    expect(await isolator.invoke("any", "add", [1, 2])).toBe(3);
  });
});

describe("a runtime of the level invoke", () => {
  test("is called by unary RPCs", async () => {
    const isolator = await useInvoke();
    expect(existsSync(isolator.address)).toBe(true);
    expect(await isolator.invoke("any", "add", [1, 2])).toBe(3);
    const values = [null, true, "$5", 1.5, [], [[]], {}, { a: [{ b: "文" }] }];
    expect(await isolator.invoke("any", "echo", values)).toEqual(values);
    expect(await isolator.invoke("any", "nothing")).toBeNull();
    const calls = Array.from({ length: 500 }, (_, at) => isolator.invoke("any", "add", [at, 1]));
    expect(await Promise.all(calls)).toEqual(calls.map((_, at) => at + 1));
    const go = await isolator.invoke<Record<string, unknown>>("any", "go");
    expect(go).toMatchObject({ features: ["socket", "invoke"], address: isolator.address });
    expect(go).not.toHaveProperty("sharedMemory");
    expect(go).not.toHaveProperty("sessionOnDescriptor");
  });

  test("is refused what JSON does not have, with its path", async () => {
    const isolator = await useInvoke();
    const error = await isolationError(isolator.invoke("any", "echo", [{ a: [new Date(0)] }]));
    expect(error.code).toBe("NOT_SERIALIZABLE");
    expect(error.message).toContain("args[0].a[0] is an instance of Date");
  });

  test("tells errors by the statuses of gRPC, where it gives no details", async () => {
    const isolator = await useInvoke();
    expect(((await rejection(isolator.invoke("any", "fail", ["too much"]))) as Error).message).toBe("too much");
    expect((await isolationError(isolator.invoke("any", "missing"))).code).toBe("METHOD_NOT_FOUND");
  });

  test("is told of a call that is cancelled", async () => {
    const isolator = await useInvoke();
    const abort = new AbortController();
    const call = isolator.invoke("any", "later", ["late", 10_000], { signal: abort.signal });
    await isolator.invoke("any", "add", [1, 1]);
    abort.abort();
    expect((await isolationError(call)).code).toBe("CANCELLED");
    await expect.poll(() => isolator.invoke("any", "cancelled"), { interval: 5 }).toBe(1);
    const late = isolator.invoke("any", "later", ["late", 10_000], { timeoutMs: 50 });
    expect((await isolationError(late)).code).toBe("DEADLINE_EXCEEDED");
  });

  test("is restarted after a crash, and ends in order with its running calls", async () => {
    const isolator = await useInvoke({}, { features: [...INVOKE_LEVEL.features, "status"] });
    const restarted = nextEvent(isolator, "restarted");
    expect((await isolationError(isolator.invoke("any", "crash"))).code).toBe("CRASHED");
    await restarted;
    expect(await isolator.status()).toMatchObject({ generation: 2, callsDone: 7, rssBytes: 4096, state: "ready" });
    const running = isolator.invoke("any", "later", ["in the end", 200]);
    const outcome = isolator.shutdown();
    expect(await running).toBe("in the end");
    expect(await outcome).toMatchObject({ kind: "exited", code: 0, forced: false });
  });
});

describe("a hello", () => {
  test.each([
    [
      "no common version",
      { protocol: 4, oldestProtocol: 2 },
      "speaks protocol version 2 to 4",
      "this host speaks version 1",
    ],
    ["neither session nor invoke", { features: ["socket"] }, 'neither the feature "session" nor "invoke"', ""],
    ["values alone", { values: ["date"] }, 'neither the feature "session" nor "invoke"', ""],
    ["invoke without a socket", { features: ["invoke"] }, '"invoke" without "socket"', ""],
    ["no way to its session", { features: ["session"] }, 'neither sessionOnDescriptor nor the feature "socket"', ""],
  ])("with %s is refused", async (_, hello, message, more) => {
    const error = await isolationError(start(by(JSON_PIHOST, hello)));
    expect(error.code).toBe("PROTOCOL");
    expect(error.message).toContain(message);
    expect(error.message).toContain(more);
  });

  test("of a later version that speaks this one, too, is answered in this one", async () => {
    const isolator = await useJson(
      {},
      { ...JSON_LEVEL, protocol: 7, oldestProtocol: 1, features: ["session", "warp"] },
    );
    expect(await isolator.invoke("any", "go")).toMatchObject({ protocol: 1, features: ["session"] });
  });

  test("with shared memory and without descriptor 4 gets none", async () => {
    const hello = { sharedMemory: true, features: ["invoke", "socket", "shared-memory"] };
    const isolator = await useInvoke({}, hello);
    const go = await isolator.invoke<Record<string, unknown>>("any", "go");
    expect(go).not.toHaveProperty("sharedMemory");
    expect(go.features).toEqual(["socket", "invoke"]);
  });
});

describe("an option that the runtime has no feature for", () => {
  const refusals: readonly (readonly [option: string, options: IsolationOptions, when: "before" | "after"])[] = [
    ["limits.heap", { limits: { heap: "100MB" } }, "before"],
    ["permissions", { permissions: { net: false } } as IsolationOptions, "before"],
    ["diagnostics", { diagnostics: { directory: import.meta.dirname } }, "before"],
    ["debug", { debug: true }, "after"],
    ["integrity", { integrity: { sha256: "0".repeat(64) } }, "after"],
    ["preload", { preload: ["any"] }, "after"],
    ["lifecycle", { lifecycle: true }, "after"],
    ["standby", { standby: 1 }, "after"],
    ["discoverable", { discoverable: true }, "after"],
    ['lane: "socket"', { lane: "socket" }, "after"],
  ];
  test.each(refusals)("is refused: %s", async (option, options, when) => {
    const command = by(JSON_PIHOST, JSON_LEVEL);
    // A program that is not there shows whether anything was started.
    const nowhere: IsolationOptions = { runtime: { command: ["/not/there"] } };
    const error = await isolationError(start({ ...(when === "before" ? nowhere : command), ...options }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(`${option} `);
  });

  test.each(["limits.heap", "debug"])("is refused for a runtime of 0.1.0 that is no Node.js: %s", async (option) => {
    const options = option === "debug" ? { debug: true } : { limits: { heap: "100MB" as const } };
    const execPath = useExecutable(`
      require("node:fs").writeSync(3, '{"hello":{"protocol":1,"pid":7,"runtime":"python 3.13","sessionOnDescriptor":true}}\\n');
      setInterval(() => {}, 1000);`);
    const error = await isolationError(start({ execPath, ...options }));
    expect(error).toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining(`${option} needs`) });
  });
});

describe("the option runtime", () => {
  test.each([
    ["a word", "ruby", 'runtime must be "node", "python" or { command: [executable, ...args] }'],
    ["no command", {}, "runtime.command must be"],
    ["an empty one", { command: [] }, "runtime.command must be an executable"],
    ["another key", { command: ["x"], shell: true }, "shell"],
  ])("refuses %s", async (_, runtime, message) => {
    const error = await isolationError(start({ runtime } as IsolationOptions));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(message);
  });

  test.each(["execPath", "execArgv", "pihostPath"])("refuses %s beside a command", async (name) => {
    const error = await isolationError(start({ runtime: { command: ["x"] }, [name]: [] } as IsolationOptions));
    expect(error.message).toContain(`${name} is for runtime: "node"`);
  });

  test("says what may be wrong with a program that does not say hello", async () => {
    const runtime = { command: [process.execPath, "-e", "setInterval(() => {}, 1000)"] as const };
    const error = await isolationError(start({ runtime, startTimeoutMs: 300 }));
    expect(error.code).toBe("START_TIMEOUT");
    expect(error.message).toContain("speak the handshake on descriptor 3?");
  });

  test("takes a program that is not there as a failed start", async () => {
    const error = await isolationError(start({ runtime: { command: ["/not/there"] } }));
    expect(error.code).toBe("START_FAILED");
  });

  test("is node by default, which has everything", async () => {
    const isolator = await useIsolator({ runtime: "node" });
    expect(await isolator.invoke(fixture("values.mjs"), "echo", [new Map([[1, new Date(0)]])])).toEqual(
      new Map([[1, new Date(0)]]),
    );
  });
});

import { AsyncLocalStorage } from "node:async_hooks";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Isolate, type IsolationOptions, isolate, ProcessIsolator } from "process-isolation";
import { currentCall, getData } from "process-isolation/pihost";
import { describe, expect, onTestFinished, test } from "vitest";
import { isolationError, rejection } from "../helpers/rejection.js";

type Counter = typeof import("../fixtures/in-process/counter.mjs");
type Common = { own(): number; imported(): number; receiver(): boolean };

const fixtureOf = (name: string): string => fileURLToPath(new URL(`../fixtures/in-process/${name}`, import.meta.url));
const COUNTER = fixtureOf("counter.mjs");

async function useInHost<T>(module = COUNTER, options: IsolationOptions = {}): Promise<Isolate<T>> {
  const own = await isolate<T>(module, { inProcess: true, ...(options as object) });
  onTestFinished(() => own[Symbol.asyncDispose]());
  return own;
}

/** The children of this process, and theirs. */
function children(): string[] {
  const task = `/proc/${process.pid}/task`;
  return readdirSync(task).flatMap((id) => readFileSync(`${task}/${id}/children`, "utf8").split(" ").filter(Boolean));
}

describe("an isolate in the host's process", () => {
  test("starts nothing, and is told as the host's own process", async () => {
    const before = process.platform === "linux" ? children() : [];
    const { api, isolator } = await useInHost<Counter>();
    expect(await api.pid()).toBe(process.pid);
    expect(isolator).toMatchObject({ pid: process.pid, address: "", generation: 1, state: "ready" });
    expect(await isolator.status()).toMatchObject({ pid: process.pid, state: "ready", callsDone: 1 });
    if (process.platform === "linux") expect(children()).toEqual(before);
  });

  test("shares no object with the host: what it changes is its own copy, and so is what it returns", async () => {
    const { api } = await useInHost<Counter>();
    const given = { bytes: new Uint8Array([1, 2]), changed: false };
    const returned = await api.change(given);
    expect(returned).toEqual({ bytes: new Uint8Array([7, 2]), changed: true });
    expect(given).toEqual({ bytes: new Uint8Array([1, 2]), changed: false });
  });

  test("shares no bytes with the host, however many", async () => {
    const { api } = await useInHost<Counter>();
    const bytes = new Uint8Array(3_000_000).fill(1);
    const returned = await api.change({ bytes });
    expect([bytes[0], returned.bytes[0], returned.bytes.length]).toEqual([1, 7, 3_000_000]);
  });

  test("takes what crosses, and refuses what does not, by its path", async () => {
    const { api } = await useInHost<Counter>();
    const error = await isolationError(api.store("name", { deep: [Symbol("no")] }));
    expect(error.code).toBe("NOT_SERIALIZABLE");
    expect(error.message).toContain("deep[0]");
  });

  test("has instances of its own of the modules: of ES modules and what they import, and of CommonJS", async () => {
    for (const module of [COUNTER, fixtureOf("common.cjs")]) {
      const [one, other] = [await useInHost<Common>(module), await useInHost<Common>(module)];
      expect([await one.api.own(), await one.api.own(), await other.api.own()]).toEqual([1, 2, 1]);
      expect([await one.api.imported(), await one.api.imported(), await other.api.imported()]).toEqual([1, 2, 1]);
    }
    expect(createRequire(import.meta.url).cache[fixtureOf("common.cjs")]).toBeUndefined();
  });

  test("calls the functions of a CommonJS module as its callers would", async () => {
    const { api } = await useInHost<Common>(fixtureOf("common.cjs"));
    expect(await api.receiver()).toBe(true);
  });

  test("has fresh instances after a recycle, and the data from before", async () => {
    const { api, isolator } = await useInHost<Counter>();
    expect([await api.own(), await api.own()]).toEqual([1, 2]);
    await api.store("kept", new Map([["a", 1n]]));
    expect(await isolator.recycle()).toMatchObject({ generation: 2, pid: process.pid, predecessor: process.pid });
    expect([await api.own(), await api.imported()]).toEqual([1, 1]);
    expect(await api.read("kept")).toEqual(new Map([["a", 1n]]));
  });

  test("keeps data apart: each sees its own, also while another one is asked, and the host none", async () => {
    const [one, other] = [await useInHost<Counter>(), await useInHost<Counter>()];
    await Promise.all([one.isolator.setData("name", "one"), other.isolator.setData("name", "other")]);
    expect(await Promise.all([one.api.atLoad(), other.api.atLoad()])).toEqual(["one", "other"]);
    let seen: unknown;
    const answered = await one.api.later(async () => {
      seen = getData("name");
      expect(await other.api.read("name")).toBe("other");
    });
    expect([answered, seen]).toEqual(["one", undefined]);
  });

  test("sees none of the context that its caller runs in, nor a callback that of the isolate", async () => {
    const { api } = await useInHost<Counter>();
    const storage = new AsyncLocalStorage<string>();
    Object.assign(globalThis, { storageOfTest: storage });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, "storageOfTest"));
    const seen: unknown[] = [];
    await storage.run("caller", async () => {
      seen.push(await api.stored());
      await api.later(() => seen.push(storage.getStore(), currentCall()));
    });
    expect(seen).toEqual([undefined, "caller", undefined]);
    expect(await api.attempt()).toBe(1);
  });

  test("names its files in stacks as they are named elsewhere", async () => {
    const { api } = await useInHost<Counter>();
    const { stack } = (await rejection(api.fail())) as Error;
    expect(stack).toMatch(/at .*fail .*counter\.mjs:\d+:\d+\)/);
    expect(stack).toContain("in-process.test.ts");
    expect(stack).not.toContain("pihost=");
    expect(await api.file()).toBe("counter.mjs");
  });

  test("starts and stops its module, and tells both in events", async () => {
    const told: string[] = [];
    const own = await useInHost<Counter>();
    own.isolator.events.on("exited", ({ outcome, willRestart }) =>
      told.push(`${outcome.reason}, code ${outcome.kind === "exited" ? outcome.code : "none"}, ${willRestart}`),
    );
    expect(await own.api.lifecycle()).toBe("started");
    const exit = own.isolator.waitForExit();
    expect(await own.isolator.shutdown()).toMatchObject({
      kind: "exited",
      code: 0,
      reason: "requested",
      forced: false,
    });
    expect(await exit).toMatchObject({ reason: "requested" });
    expect(told).toEqual(["requested, code 0, false"]);
    expect((await isolationError(own.api.own())).code).toBe("STOPPED");
  });

  test("is terminated at once: its call fails, and the host goes on", async () => {
    const { api, isolator } = await useInHost<Counter>();
    const call = isolationError(api.later(() => new Promise(() => {})));
    await api.own();
    expect(await isolator.terminate()).toMatchObject({ kind: "signalled", signal: "SIGKILL", reason: "terminated" });
    expect((await call).code).toBe("STOPPED");
  });

  test("is prepared by onGeneration before any call, each time", async () => {
    const prepared: number[] = [];
    const { api, isolator } = await useInHost<Counter>(COUNTER, {
      preload: true,
      onGeneration: async (_, { generation, invoke }) => {
        prepared.push(generation);
        await invoke(COUNTER, "own");
      },
    });
    expect(await api.own()).toBe(2);
    await isolator.recycle();
    expect([await api.own(), prepared]).toEqual([2, [1, 2]]);
  });

  test("adds no listener to the host's process, however many there are", async () => {
    const count = (): number => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const before = count();
    for (let n = 0; n < 12; n += 1) expect(await (await useInHost<Counter>()).api.own()).toBe(1);
    expect(count()).toBe(before);
  });

  test("imports modules as it is told to: with the test runner's own importer, they are its own", async () => {
    const urls: string[] = [];
    const { api } = await useInHost<Counter>(COUNTER, {
      inProcess: {
        import: (url) => {
          urls.push(url);
          return { [Symbol.toStringTag]: "Module", own: () => "instead" };
        },
      },
    });
    expect(await api.own()).toBe("instead");
    expect(urls).toEqual([new URL("../fixtures/in-process/counter.mjs", import.meta.url).href]);
    const required = await useInHost<Common>(fixtureOf("common.cjs"), {
      inProcess: { import: (url) => createRequire(import.meta.url)(fileURLToPath(url)) },
    });
    expect([await required.api.own(), await required.api.receiver()]).toEqual([1, true]);
    delete createRequire(import.meta.url).cache[fixtureOf("common.cjs")];
  });
});

const REFUSED: readonly (readonly [string, IsolationOptions])[] = [
  ["limits", { limits: { memory: "64MiB" } }],
  ["permissions", { permissions: {} }],
  ["sandbox", { sandbox: "bubblewrap" }],
  ["uid", { uid: 65_534, gid: 65_534 }],
  ["integrity", { integrity: { sha256: "0".repeat(64) } }],
  ["diagnostics", { diagnostics: {} as never }],
  ["standby", { standby: 1 }],
  ["env", { env: { A: "1" } }],
  ["inheritEnv", { inheritEnv: ["A"] }],
  ["cwd", { cwd: "/" }],
  ["runtime", { runtime: "python" }],
  ["execPath", { execPath: process.execPath }],
  ["execArgv", { execArgv: ["--expose-gc"] }],
  ["debug", { debug: true }],
  ["lane", { lane: "socket" }],
  ["unresponsiveAfterMs", { unresponsiveAfterMs: 1_000 }],
  ["stdout", { stdout: "ignore" }],
  ["stderr", { stderr: "events" }],
  ["discoverable", { discoverable: true }],
  ["recycle.whenRssAbove", { recycle: { whenRssAbove: "1GiB" } }],
];

test.each(REFUSED)(
  "%s is refused by name, because only a process of the isolate's own can keep it",
  async (name, options) => {
    const error = await isolationError(ProcessIsolator.create({ inProcess: true, ...options }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(`${name} takes a process of the isolate's own, which inProcess does without`);
  },
);

test("what asks for nothing of a process is taken: defaults that are written out", async () => {
  const isolator = await ProcessIsolator.create({
    ...{ inProcess: true, standby: 0, runtime: "node", debug: false, lane: "descriptor", discoverable: false },
    ...{ stdout: "inherit", stderr: "inherit", inheritEnv: true, restart: true, recycle: { afterCalls: 1_000 } },
  } as const);
  expect((await isolator.shutdown()).reason).toBe("requested");
});

test.each([
  ["yes", "inProcess must be true, false or { import }"],
  [{ import: 1 }, "inProcess.import must be a function"],
  [{ imports: () => {} }, "did you mean"],
])("inProcess: %j is refused with what it may be", async (inProcess, message) => {
  const error = await isolationError(ProcessIsolator.create({ inProcess: inProcess as never }));
  expect(error.code).toBe("INVALID_OPTION");
  expect(error.message).toContain(message);
});

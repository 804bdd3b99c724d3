import assert from "node:assert";
import { EventEmitter } from "node:events";
import { format, inspect, promisify } from "node:util";
import { type Isolate, isolate } from "process-isolation";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { runHarness } from "../helpers/run-harness.js";

interface Citizen {
  add(a: number, b: number): number;
  countOfCalls(): number;
  Calculator: { addToBase(x: number): number };
}

let citizen: Isolate<Citizen>;
beforeAll(async () => {
  citizen = await isolate<Citizen>(fixture("citizen.mjs"));
});
afterAll(() => citizen[Symbol.asyncDispose]());

/** Runs something that may use a proxy as it likes, and expects that the module was never called and nothing rejected. */
async function expectNoCall(use: () => unknown): Promise<void> {
  const before = await citizen.isolator.status();
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", listener);
  try {
    use();
    const after = await citizen.isolator.status();
    // What was called would have been answered before.
    expect(after.callsDone + after.callsFailed).toBe(before.callsDone + before.callsFailed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", listener);
  }
}

/** What a tool does when its check fails: says so. */
function fails(check: () => unknown): void {
  expect(check).toThrow();
}

const both = (): readonly (readonly [string, object])[] => [
  ["the module", citizen.api],
  ["a function", citizen.api.add],
  ["a member of a member", citizen.api.Calculator.addToBase],
];

describe("is no call:", () => {
  test.each<[string, (proxy: object) => unknown]>([
    ["a conversion to a string", (proxy) => `${proxy}${String(proxy)}${proxy.toString()}${[proxy].join()}`],
    ["a conversion to a number", (proxy) => expect(Number(proxy)).toBeNaN()],
    ["a comparison", (proxy) => assert.notEqual(proxy, Number(proxy < ({} as object)))],
    ["a property's name", (proxy) => ({})[proxy as unknown as string]],
    ["JSON", (proxy) => JSON.stringify({ proxy })],
    [
      "inspection, however deep",
      (proxy) => inspect({ a: { b: proxy } }, { depth: 9, showHidden: true, getters: true }),
    ],
    ["inspection of the proxy itself", (proxy) => inspect(proxy, { showProxy: true })],
    ["formatting", (proxy) => format("%s %d %i %f %j %o %O", ...Array.from({ length: 7 }, () => proxy))],
    ["listing", (proxy) => [Object.keys(proxy), Object.entries(proxy), Reflect.ownKeys(proxy), { ...proxy }]],
    [
      "a look at what it is",
      (proxy) => [Object.getPrototypeOf(proxy), proxy.constructor.name, proxy instanceof Object],
    ],
    ["a question for a member", (proxy) => ["add" in proxy, Object.hasOwn(proxy, "add"), Object.hasOwn(proxy, "add")]],
    ["freezing", (proxy) => Object.freeze({ proxy })],
    ["a refused change", (proxy) => fails(() => Object.assign(proxy, { x: 1 }))],
    ["node:assert", (proxy) => fails(() => assert.equal(proxy, 5))],
    ["a deep node:assert", (proxy) => fails(() => assert.deepStrictEqual(proxy, { a: 1 }))],
    ["a matcher for identity", (proxy) => fails(() => expect(proxy).toBe(5))],
    ["a matcher for equality", (proxy) => fails(() => expect({ proxy }).toEqual({ proxy: { a: 1 } }))],
    ["a matcher for an object", (proxy) => fails(() => expect(proxy).toMatchObject({ a: 1 }))],
    ["a matcher for mocks", (proxy) => fails(() => expect(proxy).toHaveBeenCalledWith(1))],
    ["a matcher of arguments", (proxy) => fails(() => expect(vi.fn()).toHaveBeenCalledWith(proxy))],
    ["a question for a mock", (proxy) => expect(vi.isMockFunction(proxy)).toBe(false)],
    ["Promise.resolve", (proxy) => Promise.resolve(proxy)],
    ["the names that tools probe", (proxy) => PROBED.map((name) => expect(Reflect.get(proxy, name)).toBeUndefined())],
  ])("%s", async (_, use) => {
    for (const [name, proxy] of both()) {
      await expectNoCall(() => use(proxy)).catch((error: unknown) => assert.fail(`${name}: ${String(error)}`));
    }
  });

  test("what Jest asks of a spy of Jasmine", async () => {
    await expectNoCall(() => {
      const { calls } = citizen.api.add as unknown as { calls: { all: unknown } };
      expect(typeof calls.all).toBe("undefined");
    });
  });
});

const PROBED = [
  "then",
  "catch",
  "toJSON",
  "asymmetricMatch",
  "$$typeof",
  "nodeType",
  "hasAttribute",
  "_isMockFunction",
  "@@__IMMUTABLE_ITERABLE__@@",
  "inspect",
  "__esModule",
];

describe("a function of a module", () => {
  test("has what functions have", async () => {
    const { add } = citizen.api;
    expect(add.name).toBe("add");
    expect(citizen.api.Calculator.addToBase.name).toBe("addToBase");
    expect(add.length).toBe(0);
    expect(Object.getPrototypeOf(add)).toBe(Function.prototype);
    expect(await add.call(undefined, 1, 2)).toBe(3);
    expect(await add.apply(undefined, [1, 2])).toBe(3);
    expect(await add.bind(undefined, 1)(2)).toBe(3);
    expect(await Reflect.apply(add, undefined, [1, 2])).toBe(3);
    expect(`${add}`).toContain("function");
  });

  test("is the same each time, and can be handed to what takes functions", async () => {
    const { add } = citizen.api;
    expect(citizen.api.add).toBe(add);
    expect(await Promise.resolve(1).then((one) => add(one, 2))).toBe(3);
    expect(await Promise.all([1, 2].map((x) => add(x, 1)))).toEqual([2, 3]);
    expect(typeof promisify(add as never)).toBe("function");
  });

  test("is a listener like any other", async () => {
    const { add } = citizen.api;
    const emitter = new EventEmitter();
    emitter.on("newListener", (_, listener) => expect(listener).toBe(add));
    emitter.on("numbers", add);
    expect(emitter.listeners("numbers")[0]).toBe(add);
    const before = await citizen.api.countOfCalls();
    expect(emitter.emit("numbers", 1, 2)).toBe(true);
    expect(await citizen.api.countOfCalls()).toBe(before + 1);
    emitter.off("numbers", add);
    expect(emitter.listenerCount("numbers")).toBe(0);
  });
});

test("a proxy is what an async function returns, not something that it waits for", async () => {
  const returned = await (async () => citizen.api)();
  expect(returned).toBe(citizen.api);
});

test("a proxy shows which module it stands for, and a member its name", () => {
  expect(String(citizen.api)).toBe(`[object RemoteModule ${fixture("citizen.mjs")}]`);
  expect(inspect(citizen.api)).toBe(`[RemoteModule ${fixture("citizen.mjs")}]`);
  // From Node 26 on it is said of every proxy that it is one.
  expect(inspect(citizen.api.add)).toMatch(/^(?:Proxy\()?\[Function: add\]\)?$/);
});

test("members can be neither replaced nor removed", () => {
  const api = citizen.api as unknown as Record<string, unknown>;
  expect(() => Object.assign(api, { add: 1 })).toThrow(TypeError);
  expect(() => Object.defineProperty(api, "add", { value: 1 })).toThrow(TypeError);
  expect(Reflect.deleteProperty(api, "add")).toBe(false);
  expect(Reflect.setPrototypeOf(api, null)).toBe(false);
});

test("a frozen proxy still has its members", async () => {
  const api = Object.freeze(citizen.isolator.load<Citizen>(fixture("citizen.mjs")));
  Object.freeze(api.add);
  expect(Object.isFrozen(api)).toBe(true);
  expect(await api.add(1, 2)).toBe(3);
  expect(await api.Calculator.addToBase(1)).toBe(101);
});

test("an export whose name the proxy answers itself is reached by invoke", async () => {
  expect(await citizen.isolator.invoke(fixture("citizen.mjs"), "toString")).toBe("the module's own");
});

test("a member that nothing can be called by is refused by its call, not by its name", async () => {
  const api = citizen.api as unknown as Record<string, () => Promise<unknown>>;
  expect(await isolationError(api[""]?.() as Promise<unknown>)).toMatchObject({ code: "INVALID_OPTION" });
  expect(await rejection(api.missing?.() as Promise<unknown>)).toMatchObject({ code: "METHOD_NOT_FOUND" });
});

test("a host that prints, compares and binds a proxy ends with code 0", async () => {
  const { code, output } = await runHarness(process.execPath, [fixture("printing-host.mjs")]);
  expect(output).toContain("RemoteModule");
  expect(code, output).toBe(0);
});

test("a module is no async iterable", () => {
  expect(Symbol.asyncIterator in citizen.api).toBe(false);
  expect((citizen.api as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator]).toBeUndefined();
});

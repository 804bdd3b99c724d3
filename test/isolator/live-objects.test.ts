import { inspect } from "node:util";
import { type Isolate, isolate, remote } from "process-isolation";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

type Method = (...args: readonly unknown[]) => Promise<unknown>;
type Citizen = Record<
  "increment" | "drain" | "echo" | "useModule" | "add" | "callKept" | "sumOf" | "sumOfCallback",
  Method
> & {
  readonly counter: () => Promise<{ inc(): Promise<number> }>;
  readonly lentClass: () => Promise<{ addToBase(x: number): Promise<number> } & Disposable>;
  readonly lentFunction: () => Promise<((x: number) => Promise<string>) & Disposable>;
  readonly feed: () => Promise<Feed>;
  readonly kept: () => Promise<(x: number) => Promise<string>>;
};

type Feed = AsyncIterable<number> & { stop(): Promise<string>; upTo(end: number): AsyncIterable<number> };

const citizens: Isolate<unknown>[] = [];
let one: Citizen;
let other: Citizen;
beforeAll(async () => {
  for (let count = 0; count < 2; count += 1) citizens.push(await isolate(fixture("citizen.mjs")));
  [one, other] = citizens.map(({ api }) => api) as unknown as [Citizen, Citizen];
});
afterAll(async () => {
  for (const citizen of citizens) await citizen[Symbol.asyncDispose]();
});

test("a live object that can be iterated is a live object, also for a module that asks for its call", async () => {
  const isolator = await useIsolator();
  const module = fixture("live-iterable.mjs");
  expect(await isolator.invoke(module, "attempt")).toBe(1);
  const feed = await isolator.invoke<{ stop(): Promise<string> }>(module, "feed");
  expect(await feed.stop()).toBe("stopped");
});

test("a live object that can be iterated keeps its methods and is iterated, as often as one likes", async () => {
  const feed = await one.feed();
  for (let round = 0; round < 2; round += 1) {
    const items: number[] = [];
    for await (const item of feed) items.push(item);
    expect(items).toEqual([1, 2]);
  }
  expect(await feed.stop()).toBe("stopped");
});

test("a lent class has its static methods, a lent function is called", async () => {
  using lent = await one.lentClass();
  expect(await lent.addToBase(1)).toBe(101);
  using fn = await one.lentFunction();
  expect(await fn(2)).toBe("lent 2");
});

describe("what a call of something lent returns is iterated at once", () => {
  async function* countTo(end: number): AsyncGenerator<number> {
    for (let item = 1; item <= end; item += 1) yield item;
  }

  test("of a module's live object", async () => {
    const items: number[] = [];
    for await (const item of (await one.feed()).upTo(3)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
  });

  test("of the host's live object and of its callback, inside", async () => {
    expect(await one.sumOf(remote({ countTo }), "countTo", 3)).toBe(6);
    expect(await one.sumOfCallback(countTo, 3)).toBe(6);
  });

  test("of a module that was lent on", async () => {
    expect(await other.sumOf(one, "countTo", 3)).toBe(6);
  });

  test("and fails as the call does", async () => {
    const feed = await one.feed();
    const iterate = async (): Promise<void> => {
      for await (const _ of feed.upTo(Symbol("no number") as unknown as number));
    };
    expect((await isolationError(iterate())).code).toBe("NOT_SERIALIZABLE");
  });
});

test("a live object that cannot be iterated has no iterator", async () => {
  expect(Symbol.asyncIterator in (await one.counter())).toBe(false);
});

test("a live object answers locally whatever is no call", async () => {
  const counter = await one.counter();
  expect(String(counter)).toBe("[object RemoteObject]");
  expect(inspect({ counter })).toBe("{ counter: [RemoteObject] }");
  expect([JSON.stringify(counter), Object.keys(counter)]).toEqual(["{}", []]);
  expect(counter.inc.name).toBe("inc");
  expect(await counter.inc.bind(undefined)()).toBe(1);
  expect(() => expect(counter).toEqual({ n: 1 })).toThrow();
});

describe("what is borrowed is lent on", () => {
  test("to the process that lent it", async () => {
    const counter = await one.counter();
    expect(await one.increment(counter)).toBe(1);
    expect(await counter.inc()).toBe(2);
  });

  test("to another process", async () => {
    const counter = await one.counter();
    expect(await other.increment(counter)).toBe(1);
    expect(await counter.inc()).toBe(2);
  });

  test("and back, from wherever it is in a value", async () => {
    const counter = await one.counter();
    const echoed = (await other.echo(new Map([["k", [{ counter }]]]))) as Map<string, { counter: typeof counter }[]>;
    expect(await echoed.get("k")?.[0]?.counter.inc()).toBe(1);
  });

  test("as something to iterate, with its methods", async () => {
    expect(await other.drain(await one.feed())).toEqual([[1, 2], "stopped"]);
  });

  test("also when it is a function", async () => {
    const kept = await one.kept();
    expect(await other.callKept(kept)).toBe("kept 1");
    expect(await ((await other.echo(kept)) as typeof kept)(2)).toBe("kept 2");
  });

  test("as a module, with the members of its members", async () => {
    expect(await other.useModule(one)).toEqual([3, 101]);
    expect(await one.useModule(one)).toEqual([3, 101]);
    const echoed = (await other.echo({ one })) as { one: Citizen };
    expect(await other.useModule(echoed.one)).toEqual([3, 101]);
  });

  test("as a callback, when it is a function of a module", async () => {
    expect(await other.callKept(one.add.bind(undefined, 1))).toBe(2);
    expect(await other.callKept(one.echo)).toBe(1);
  });

  test("from a call that waits for a process", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const counter = await one.counter();
    const first = isolator.invoke(fixture("citizen.mjs"), "increment", [counter]);
    const second = isolator.invoke(fixture("citizen.mjs"), "increment", [counter]);
    expect(await Promise.all([first, second])).toEqual([1, 2]);
  });
});

test("what is borrowed cannot be stored, and is refused by name", async () => {
  const isolator = await useIsolator();
  expect(await isolationError(isolator.setData("x", one))).toMatchObject({
    code: "NOT_SERIALIZABLE",
    message: expect.stringContaining("RemoteModule"),
  });
});

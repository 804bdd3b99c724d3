import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { type IsolationError, keep, ProcessIsolator, type Remote, remote } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";

const MODULE = fileURLToPath(new URL("../fixtures/in-process/scenarios.mjs", import.meta.url));

// biome-ignore format: one scenario a line reads best as a table
type Api = Remote<{
  echo<T>(value: T): T; nothing(): void; refuse(fields: object): never; throwValue(value: unknown): never;
  count(to: number, left?: (how: string) => unknown): AsyncGenerator<{ n: number; big: bigint }>;
  failAfter(items: number): AsyncGenerator<number>;
  sum(numbers: AsyncIterable<number>): Promise<number>; first(numbers: AsyncIterable<number>): Promise<number>;
  callback(call: (n: number, map: Map<number, string>) => unknown, times: number): Promise<unknown[]>;
  callbackFails(call: () => unknown): Promise<unknown>;
  untilAborted(signal: AbortSignal): Promise<unknown>; patient(told: (code: string) => unknown): Promise<void>;
  listen(fn: (value: unknown) => unknown): void; tell(value: unknown): unknown;
  data(name: string, value: unknown): Promise<unknown>; context(): unknown; slow(ms: number): Promise<number>;
}>;

interface Scene {
  readonly api: Api;
  readonly isolator: ProcessIsolator;
  /** Calls with options. */
  readonly call: (method: string, args: readonly unknown[], options: object) => Promise<unknown>;
}

type Lent = Record<string, (...args: unknown[]) => Promise<unknown>>;

const CYCLE: Record<string, unknown> = { name: "cycle" };
CYCLE.self = CYCLE;

async function* numbers(to: number, left?: () => void): AsyncGenerator<number> {
  try {
    for (let n = 1; n <= to; n += 1) yield n;
  } finally {
    left?.();
  }
}

async function itemsOf(items: AsyncIterable<unknown>, most = Number.POSITIVE_INFINITY): Promise<unknown[]> {
  const taken: unknown[] = [];
  for await (const item of items) if (taken.push(item) === most) break;
  return taken;
}

/** What a scenario comes to, by name: a value, or what it rejects with. */
const SCENARIOS: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  "a value of every kind": ({ api }) =>
    api.echo([
      undefined,
      null,
      -0,
      Number.NaN,
      7n,
      "text",
      new Date(7),
      /x/gi,
      new Map([[1, new Set([2])]]),
      new Uint16Array([1, 2]),
    ]),
  "a cycle": async ({ api }) => {
    const back = (await api.echo(CYCLE)) as typeof CYCLE;
    return [back.self === back, back === CYCLE];
  },
  nothing: ({ api }) => api.nothing(),
  "a large value": async ({ api }) => (await api.echo(Buffer.alloc(2_000_000, 7))).equals(Buffer.alloc(2_000_000, 7)),
  "an error of a class of the module": ({ api }) => api.refuse({ code: "E_NO", status: 403, at: new Date(0) }),
  "a thrown value that is no error": ({ api }) => api.throwValue({ reason: ["none"] }),
  "a symbol": ({ api }) => api.echo({ deep: [Symbol("s")] }),
  "a function in a result": ({ api }) => api.echo(() => 1),
  "a class": ({ call }) => call("Refusal", [], {}),
  "an export that there is not": ({ call }) => call("missing", [], {}),
  "a module that there is not": ({ isolator }) => isolator.invoke("./no-such-module.mjs", "x"),
  "a stream to its end": async ({ api }) => itemsOf(api.count(5)),
  "a long stream": async ({ api }) => (await itemsOf(api.count(5_000))).length,
  "a stream that is left": async ({ api }) => {
    let told: (how: string) => void = () => {};
    const left = new Promise((resolve) => {
      told = resolve;
    });
    const items = await itemsOf(
      api.count(
        1e9,
        keep((how: string) => told(how)),
      ),
      3,
    );
    return [items, await left];
  },
  "a stream that fails": async ({ api }) => itemsOf(api.failAfter(3)),
  "a stream as an argument": ({ api }) => api.sum(numbers(2_000)),
  "a stream as an argument that is left": async ({ api }) => {
    let leave: () => void = () => {};
    const left = new Promise<string>((resolve) => {
      leave = () => resolve("left");
    });
    return [await api.first(numbers(10, leave)), await left];
  },
  "callbacks, with what they answer": ({ api }) => api.callback((n, map) => ({ n, size: map.size, map }), 3),
  "a callback that fails": ({ api }) =>
    api.callbackFails(() => Promise.reject(Object.assign(new TypeError("no"), { code: "E_CB" }))),
  "a signal as an argument, with its reason": ({ api }) => {
    const controller = new AbortController();
    const reason = api.untilAborted(controller.signal);
    setTimeout(() => controller.abort({ why: "because" }), 5);
    return reason;
  },
  "a signal that is aborted before": ({ call }) => call("echo", [1], { signal: AbortSignal.abort("early") }),
  "a call that is cancelled, and what it hears": async ({ api, call }) => {
    await api.nothing();
    const controller = new AbortController();
    let told: (code: string) => void = () => {};
    const heard = new Promise((resolve) => {
      told = resolve;
    });
    const call_ = call("patient", [keep((code: string) => told(code))], { signal: controller.signal }).catch(
      (error) => error,
    ) as Promise<IsolationError & { cause: Error }>;
    setTimeout(() => controller.abort(new Error("enough")), 20);
    return [(await call_).code, (await call_).cause.message, await heard];
  },
  "a deadline": ({ call }) => call("slow", [10_000], { timeoutMs: 20 }),
  "a live object": async ({ call }) => {
    const lent = (await call("lend", [], {})) as Lent;
    return [
      await lent.next?.(),
      await lent.add?.(5),
      await lent.next?.(),
      await lent.fail?.().catch((error: Error) => error.message),
    ];
  },
  "a live object of the host's": ({ api }) =>
    api.callback((n) => (n === 0 ? remote({ n }) : n), 2).catch((error) => error.code),
  "a function that is kept": async ({ api, call }) => {
    const heard: unknown[] = [];
    await api.listen(keep((value: unknown) => heard.push(value)));
    await api.tell("one");
    await api.tell("two");
    const kept = (await call("kept", [], {})) as (value: string) => Promise<string>;
    return [heard, await kept("x")];
  },
  "a function that is not kept, after its call": async ({ api }) => {
    await api.listen(() => 1);
    return api.tell("late");
  },
  "data from both sides": async ({ api, isolator }) => {
    await isolator.setData("host", { a: 1 });
    const inside = await api.data("inside", new Set([1n]));
    return [inside, await isolator.getData("inside"), await isolator.getData("host")];
  },
  "what a call knows of itself": ({ call }) =>
    call("context", [], { timeoutMs: 5_000, trace: { traceparent: "00-1" } }),
  "many calls at once": async ({ api }) =>
    (await Promise.all(Array.from({ length: 300 }, (_, n) => api.echo(n)))).length,
  "what a module exports": async ({ isolator }) => isolator.exports(MODULE),
  "a shutdown that waits for a call": async ({ api, isolator }) => {
    const slow = api.slow(50);
    await api.nothing();
    const { reason, kind, forced, description } = await isolator.shutdown();
    return [await slow, reason, kind, forced, description];
  },
  "a shutdown that does not": async ({ api, isolator }) => {
    const slow = api.slow(60_000).catch((error: IsolationError) => error.code);
    await api.nothing();
    return [(await isolator.shutdown({ graceMs: 20 })).reason, await slow];
  },
  "a recycle while a call runs": async ({ api, isolator }) => {
    const slow = api.slow(80);
    await api.nothing();
    const { generation } = await isolator.recycle();
    return [generation, await slow, await api.echo("fresh")];
  },
};

/** What is told of an outcome, without what names a process or a place in the code. */
function told(value: unknown): string {
  return inspect(value, { depth: 8, breakLength: Number.POSITIVE_INFINITY, sorted: true });
}

async function outcomeOf(scenario: (scene: Scene) => Promise<unknown>, inProcess: boolean): Promise<string> {
  const isolator = await ProcessIsolator.create({ name: "scene", inProcess });
  onTestFinished(async () => void (await isolator.terminate()));
  const scene: Scene = {
    api: isolator.load(MODULE),
    isolator,
    call: (method, args, options) => isolator.invoke(MODULE, method, args, options),
  };
  try {
    return `resolved: ${told(await scenario(scene))}`;
  } catch (error) {
    return `rejected: ${told(error instanceof Error ? factsOf(error) : error)}`;
  }
}

function factsOf(error: Error): object {
  const { name, message, cause } = error;
  const fields = Object.fromEntries(Object.entries(error).filter(([key]) => key !== "facts"));
  return {
    name,
    message,
    kind: error.constructor.name,
    cause: cause instanceof Error ? factsOf(cause) : cause,
    fields,
  };
}

describe("comes to the same in the host's process as in one of its own:", () => {
  test.each(Object.entries(SCENARIOS))("%s", async (_, scenario) => {
    const [isolated, inProcess] = [await outcomeOf(scenario, false), await outcomeOf(scenario, true)];
    expect(inProcess).toBe(isolated);
  });
});

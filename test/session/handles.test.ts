import { describe, expect, test } from "vitest";
import { SessionFrame } from "../../src/contract/index.js";
import { keep, remote } from "../../src/inside/index.js";
import { BUDGET } from "../../src/session/budget.js";
import { type CallTarget, PREFIX_LENGTH } from "../../src/session/index.js";
import { until } from "../helpers/until.js";
import { settle, useSessionEnd, useSessionPair } from "./use-session-pair.js";

/** Room for 512 handles with short names, or fewer with longer ones. */
const FEW_HANDLES = { ...BUDGET, held: 256 * 1024 };
const MANY = 700;

describe("a session that lives for long", () => {
  test("calls any number of live objects, one after the other", async () => {
    let made = 0;
    const exports = {
      make: () => {
        made += 1;
        return remote({ number: made, get: () => 1, twice: () => 2 });
      },
    };
    const { caller, callee } = await useSessionPair({ exports, calleeBudget: FEW_HANDLES });
    for (let round = 0; round < MANY; round += 1) {
      const live = (await caller.call("make")) as { get(): unknown; twice(): unknown; [Symbol.dispose](): void };
      expect(await Promise.all([live.get(), live.twice()])).toEqual([1, 2]);
      live[Symbol.dispose]();
    }
    await settle(caller, callee);
    expect(callee.session.lent).toBe(0);
    expect([...caller.lost, ...callee.lost]).toEqual([]);
  });

  test("calls one live object by any number of stand-ins while one of them stays", async () => {
    const counter = remote({ get: () => 1 });
    const { caller, callee } = await useSessionPair({ exports: { give: () => counter }, calleeBudget: FEW_HANDLES });
    type Counter = { get(): unknown; [Symbol.dispose](): void };
    const mine = (await caller.call("give")) as Counter;
    for (let round = 0; round < MANY; round += 1) {
      const live = (await caller.call("give")) as Counter;
      await live.get();
      live[Symbol.dispose]();
    }
    expect(await mine.get()).toBe(1);
    expect(callee.lost).toEqual([]);
    mine[Symbol.dispose]();
    await settle(caller, callee);
    expect(callee.session.lent).toBe(0);
  });

  test("is called back by any number of stand-ins of a kept function while one of them stays", async () => {
    type Kept = { (): Promise<unknown>; [Symbol.dispose](): void };
    let first: Kept | undefined;
    const exports = {
      use: async (given: unknown) => {
        const kept = given as Kept;
        await kept();
        if (first === undefined) first = kept;
        else kept[Symbol.dispose]();
      },
    };
    const { caller } = await useSessionPair({ exports, budget: FEW_HANDLES });
    const kept = keep(() => 1);
    for (let round = 0; round < MANY; round += 1) await caller.call("use", kept);
    expect(await first?.()).toBe(1);
    expect(caller.lost).toEqual([]);
  });

  test("calls any number of callbacks, once or more often", async () => {
    const exports = {
      use: async (callback: unknown) => {
        const report = callback as () => unknown;
        return [await report(), await report()];
      },
    };
    const { caller } = await useSessionPair({ exports, budget: FEW_HANDLES });
    for (let round = 0; round < MANY; round += 1) expect(await caller.call("use", () => round)).toEqual([round, round]);
    expect(caller.lost).toEqual([]);
  });

  test("calls any number of members of one live object", async () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `member${index}`);
    const object = remote(Object.fromEntries(names.map((name) => [name, () => name])));
    const calleeBudget = { ...BUDGET, held: 1_200 * 1_024 };
    const { caller, callee } = await useSessionPair({ exports: { give: () => object }, calleeBudget });
    const live = (await caller.call("give")) as Record<string, () => Promise<unknown>>;
    for (let start = 0; start < names.length; start += 500) {
      const some = names.slice(start, start + 500);
      expect(await Promise.all(some.map((name) => live[name]?.()))).toEqual(some);
    }
    expect(callee.lost).toEqual([]);
  });

  test("calls any number of exports, and those that it calls again have got another handle", async () => {
    const calleeBudget = { ...BUDGET, held: 10 * 1024 * 1024 };
    const exports = new Proxy({}, { get: (_, name) => () => name });
    const { caller, callee } = await useSessionPair({ exports, calleeBudget });
    const known: CallTarget = { kind: "module", module: "m", method: "known" };
    const call = (target: CallTarget): Promise<unknown> =>
      new Promise((resolve, reject) => caller.session.call(target, [], { resolve, reject }));
    expect(await call(known)).toBe("known");
    for (let start = 0; start < 30_000; start += 1_000) {
      const names = Array.from({ length: 1_000 }, (_, index) => `export${start + index}`);
      expect(await Promise.all(names.map((method) => call({ kind: "module", module: "m", method })))).toEqual(names);
    }
    expect(await call(known)).toBe("known");
    expect(callee.lost).toEqual([]);
  });

  test("calls any number of exports with long names", async () => {
    const { caller, callee } = await useSessionPair({ calleeBudget: { ...BUDGET, held: 20 * 1024 * 1024 } });
    for (let round = 0; round < 600; round += 1) {
      const method = `${round}`.padEnd(32_768, "x");
      const target: CallTarget = { kind: "module", module: "m", method };
      await new Promise((resolve) => caller.session.call(target, [], { resolve, reject: resolve }));
    }
    expect(callee.lost).toEqual([]);
  });
});

test("a callback that is called for the first time when its call is over leaves no handle", async () => {
  let call: () => unknown = () => {};
  const exports = {
    hold: (callback: unknown) => {
      call = callback as () => unknown;
      return new Promise(() => {});
    },
  };
  const { caller, callee } = await useSessionPair({ exports, budget: FEW_HANDLES });
  for (let round = 0; round < MANY; round += 1) {
    const { id, result } = caller.start("hold", [() => 1]);
    result.catch(() => {});
    await settle(callee);
    caller.session.cancel(id);
    await expect(call()).rejects.toMatchObject({ code: "METHOD_NOT_FOUND" });
  }
  expect(caller.lost).toEqual([]);
});

describe("a handle that the peer has released", () => {
  const encode = (frame: Partial<SessionFrame>): Buffer => {
    const bytes = SessionFrame.encode(SessionFrame.fromPartial(frame)).finish();
    const prefix = Buffer.alloc(PREFIX_LENGTH);
    prefix.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([prefix, bytes]);
  };
  const introduction = { handle: 7, module: "m", method: "echo", reference: 0 };

  async function exchange(...frames: Partial<SessionFrame>[]) {
    const { end, peer } = await useSessionEnd({ echo: (value) => value, lend: () => remote({ get: () => 1 }) });
    let received = Buffer.alloc(0);
    peer.on("data", (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
    });
    for (const frame of frames) peer.write(encode(frame));
    peer.write(encode({ ping: 1 }));
    const answers = (): SessionFrame[] => {
      const all: SessionFrame[] = [];
      for (let at = 0; at + PREFIX_LENGTH <= received.length; ) {
        const start = at + PREFIX_LENGTH;
        const next = start + received.readUInt32BE(at + 1);
        if (next > received.length) break;
        all.push(SessionFrame.decode(received.subarray(start, next)));
        at = next;
      }
      return all;
    };
    await until(() => end.lost.length > 0 || answers().some(({ pong }) => pong === 1));
    return { end, answers: answers() };
  }

  test("is still there for the calls of the frame that releases it, and for no later one", async () => {
    const { end, answers } = await exchange(
      { introductions: [introduction], callIds: [1], callHandles: [7], callArgs: '[["one"]]', handleReleases: [7] },
      { callIds: [2], callHandles: [7], callArgs: '[["two"]]' },
    );
    expect(end.lost).toEqual([]);
    expect(answers.flatMap(({ resultIds }) => resultIds)).toEqual([1]);
    expect(answers.flatMap(({ settlements }) => settlements.map(({ id, outcome }) => [id, outcome?.$case]))).toEqual([
      [2, "error"],
    ]);
  });

  test("belongs no more to what it stood for", async () => {
    const { end, answers } = await exchange(
      // The result is this end's reference 1.
      {
        introductions: [{ ...introduction, handle: 1, method: "lend" }],
        callIds: [1],
        callHandles: [1],
        callArgs: "[[]]",
      },
      { introductions: [{ handle: 7, module: "", method: "get", reference: 1 }], handleReleases: [7] },
      { introductions: [introduction] },
      { releases: [1] },
      { callIds: [2], callHandles: [7], callArgs: '[["two"]]' },
    );
    expect(end.session.lent).toBe(0);
    expect(answers.flatMap(({ resultIds }) => resultIds)).toEqual([2]);
  });

  test("may be introduced again, and an unknown one may be released", async () => {
    const { end, answers } = await exchange(
      { introductions: [introduction], handleReleases: [7, 7, 99] },
      { introductions: [introduction], callIds: [1], callHandles: [7], callArgs: '[["one"]]' },
    );
    expect(end.lost).toEqual([]);
    expect(answers.flatMap(({ resultIds }) => resultIds)).toEqual([1]);
  });
});

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { graphDifference } from "../codec/same-graph.js";
import { useSharedIsolator } from "../helpers/use-isolator.js";
import { describeLanes } from "./use-lanes.js";

const MUTATIONS = fileURLToPath(new URL("fixtures/mutations.mjs", import.meta.url));
const { make, change } = (await import(MUTATIONS)) as {
  make: (kind: string, length: number) => object;
  change: (value: object) => void;
};

/** Short bytes travel in the frame, long ones in shared memory or in parts. */
const KINDS: [kind: string, length: number][] = [
  ["json", 0],
  ["map", 0],
  ["buffer", 100],
  ["buffer", 32 * 1024],
  ["buffer", 96 * 1024],
  ["buffer", 3 * 1024 * 1024],
  ["nested", 1_000],
  ["nested", 300_000],
];

describeLanes(MUTATIONS, (call) => {
  const expectBefore = (kind: string, length: number, value: unknown): void =>
    expect(graphDifference(make(kind, length), value)).toBeUndefined();

  describe.each(KINDS)("a change of a value (%s, %i bytes)", (kind, length) => {
    test("that is an argument, right after the call, is not seen by the callee", async () => {
      const value = make(kind, length);
      const answers = [call("echo", value), call("echoLater", value), call("echoAll", value, [value])];
      change(value);
      const [one, other, all] = await Promise.all(answers);
      expectBefore(kind, length, one);
      expectBefore(kind, length, other);
      expectBefore(kind, length, (all as unknown[])[0]);
      expect((all as [unknown, [unknown]])[1][0]).toBe((all as unknown[])[0]);
    });

    test.each(["changedByMicrotask", "changedByNextTick", "changedAfterItsTurn"])(
      "that is a result (%s) is not seen by the caller",
      async (method) => {
        // The first call of an export waits for its module, and its result for more promises than the others.
        await call(method, kind, length);
        expectBefore(kind, length, await call(method, kind, length));
        for (const value of await Promise.all([call(method, kind, length), call(method, kind, length)])) {
          expectBefore(kind, length, value);
        }
      },
    );

    test("that is an item, before the next one, is not seen by the consumer", async () => {
      const stream = (await call("changedBetweenItems", kind, length, 5)) as AsyncIterable<unknown>;
      const expected = make(kind, length);
      for await (const item of stream) {
        expect(graphDifference(expected, item)).toBeUndefined();
        change(expected);
      }
      const own = make(kind, length);
      expectBefore(kind, length, await call("collectFirst", changing(own)));
    });

    test("that is a callback's argument or result is not seen by the other side", async () => {
      const received: unknown[] = [];
      await call("changedAfterCallback", (value: unknown) => void received.push(value), kind, length);
      expectBefore(kind, length, received[0]);
      const returned = make(kind, length);
      const fn = (): object => {
        process.nextTick(() => change(returned));
        return returned;
      };
      expectBefore(kind, length, await call("callBack", fn));
    });
  });
});

async function* changing(value: object): AsyncGenerator<unknown> {
  yield value;
  change(value);
  yield value;
}

// turn comes.
describe("invoke()", () => {
  const isolator = useSharedIsolator({ maxInFlight: 1 });

  test("sends the list of arguments as it is at the call", async () => {
    await isolator().invoke(MUTATIONS, "echoAll", []);
    const args: unknown[] = [0, "two", true];
    const answer = isolator().invoke(MUTATIONS, "echoAll", args);
    args[0] = "changed";
    args.push("more");
    expect(await answer).toEqual([0, "two", true]);
  });

  test.each(KINDS)(
    "sends an argument (%s, %i bytes) as it is at the call, also when the call has to wait",
    async (kind, length) => {
      const first = isolator().invoke(MUTATIONS, "sleep", [20]);
      const value = make(kind, length);
      const second = isolator().invoke(MUTATIONS, "echo", [value]);
      change(value);
      await first;
      expect(graphDifference(make(kind, length), await second)).toBeUndefined();
    },
  );
});

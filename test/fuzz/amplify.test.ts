import { join } from "node:path";
import { expect, test } from "vitest";
import { Random } from "../../chaos/random.mjs";

/** The fuzzer is JavaScript, whose types another project checks. */
const load = (path: string): Promise<unknown> => import(join(import.meta.dirname, "../../fuzz", path));

type Cost = Readonly<Record<"made" | "memory" | "ms" | "paid", number>>;
type Worst = Readonly<Record<"made" | "memory" | "time" | "load" | "bytes", number>>;
interface OpenSurface {
  readonly seeds: readonly Buffer[];
  mutate(random: Random, bytes: Buffer): Buffer;
  grow(random: Random, bytes: Buffer, length: number): Buffer;
  feed(bytes: Buffer): { readonly made: number };
}
interface Fuzzer {
  run(inputs: readonly Buffer[], random: Random): Promise<unknown>;
  worst(): Worst;
}
interface Found {
  readonly input: Buffer;
  readonly stack: string;
}

const { loadsOf, MADE_FLOOR_BYTES, MADE_PER_BYTE } = (await load("amplify/bounds.mjs")) as {
  loadsOf(cost: Cost): Readonly<Record<"made" | "memory" | "time", number>>;
  MADE_FLOOR_BYTES: number;
  MADE_PER_BYTE: number;
};
const { climber } = (await load("amplify/climber.mjs")) as {
  climber(surface: { name: string; share: number; open(): Promise<OpenSurface> }): { open(): Promise<Fuzzer> };
};
const { Elites } = (await load("amplify/elites.mjs")) as {
  Elites: new () => { offer(bytes: Buffer, load: number): boolean; readonly inputs: readonly Buffer[] };
};
const { grow, growJson } = (await load("amplify/grow.mjs")) as {
  grow(random: Random, bytes: Buffer, length: number): Buffer;
  growJson(random: Random, text: string, length: number): string;
};
const { weigh } = (await load("amplify/weigh.mjs")) as { weigh(value: unknown): number };
const { collidingIntegers } = (await load("corpus/colliding-integers.mjs")) as {
  collidingIntegers(count: number): readonly number[];
};

/** A surface on which each byte 0xff makes so many bytes. */
function surface(perByte: number): OpenSurface {
  return {
    seeds: [Buffer.alloc(100)],
    mutate(random, bytes) {
      const changed = Buffer.from(bytes);
      changed[random.between(0, changed.length - 1)] = random.between(0xfc, 0xff);
      return changed;
    },
    grow: (_, bytes, length) => Buffer.concat(new Array(Math.ceil(length / bytes.length)).fill(bytes)),
    feed: (bytes) => ({ made: bytes.filter((byte) => byte === 0xff).length * perByte }),
  };
}

/** Runs cases until one finds something, or there were so many. */
async function climb(perByte: number, cases: number) {
  const target = climber({ name: "test", share: 1, open: async () => surface(perByte) });
  const fuzzer = await target.open();
  const random = new Random(1);
  let found: Found | undefined;
  for (let number = 0; number < cases && found === undefined; number += 1) {
    await fuzzer.run([], random).catch((error: Found) => {
      found = error;
    });
  }
  return { found, worst: fuzzer.worst() };
}

test("the climb finds what random changes would not: an input of which nearly all bytes are the costly one", async () => {
  const { found } = await climb(2 * MADE_PER_BYTE + 50, 400);
  const { input = Buffer.alloc(0), stack } = found ?? {};
  expect(input.filter((byte) => byte === 0xff).length / input.length).toBeGreaterThan(0.4);
  expect(stack).toContain("more is made of an input than it may cost");
});

test("what stays within its bounds is no finding, and how near it came is known", async () => {
  const { found, worst } = await climb(MADE_PER_BYTE / 2, 100);
  expect(found).toBeUndefined();
  expect(worst.made).toBeGreaterThan(10);
  expect(worst.load).toBeLessThan(1);
});

test("an input may cost a floor and so much for each of its bytes", () => {
  const cost = { made: MADE_FLOOR_BYTES, memory: 0, ms: 0, paid: 0 };
  expect(loadsOf(cost)).toEqual({ made: 1, memory: 0, time: 0 });
  expect(loadsOf({ ...cost, paid: MADE_FLOOR_BYTES / MADE_PER_BYTE }).made).toBe(0.5);
});

test("the best are kept, the very best first, and the same is not kept twice", () => {
  const elites = new Elites();
  expect(elites.offer(Buffer.of(1), 0.1)).toBe(true);
  expect(elites.offer(Buffer.of(2), 0.3)).toBe(true);
  expect(elites.offer(Buffer.of(3), 0.2)).toBe(false);
  expect(elites.offer(Buffer.of(4), 0.3)).toBe(false);
  expect(elites.inputs.map(([byte]) => byte)).toEqual([2, 3, 1]);
  for (let load = 1; load < 40; load += 1) elites.offer(Buffer.of(100 + load), load);
  expect(elites.inputs).toHaveLength(24);
  expect(elites.inputs[0]).toEqual(Buffer.of(139));
});

test("the weight of a value is what it holds: holes, shared parts once, cycles", () => {
  const large = new Uint8Array(10_000);
  expect(weigh(new Array(1_000))).toBeGreaterThanOrEqual(8_000);
  expect(weigh([large, large, new Uint8Array(large.buffer, 5, 1)])).toBeLessThan(11_000);
  const cycle: unknown[] = ["x".repeat(500)];
  cycle.push(cycle);
  expect(weigh(cycle)).toBeGreaterThan(500);
  expect(weigh(new Map([[1, "x".repeat(100)]]))).toBeGreaterThan(100);
  expect(weigh("x")).toBe(1);
  expect(weigh(undefined)).toBe(0);
});

test("what grows is longer, and JSON stays JSON", () => {
  const random = new Random(5);
  for (let times = 0; times < 50; times += 1) {
    expect(grow(random, Buffer.from("abc"), 1_000).length).toBeGreaterThanOrEqual(1_000);
    const grown = growJson(random, '[[["$a",5,{}],{"b":[1]}],"$m"]', 5_000);
    expect(grown.length).toBeGreaterThan(4_000);
    expect(JSON.parse(grown)).toBeInstanceOf(Array);
  }
});

test("the integers that collide are different ones", () => {
  const integers = collidingIntegers(10_000);
  expect(integers.length).toBeGreaterThan(3_000);
  expect(new Set(integers).size).toBe(integers.length);
});

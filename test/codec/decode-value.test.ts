import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DecodeContext, type DecodeMeter, decodeValue, encodeValue } from "../../src/codec/index.js";
import { IsolationError } from "../../src/errors/index.js";
import { collectGarbage } from "../helpers/collect-garbage.js";
import { arbitraryGraph } from "./arbitrary-value.js";

/** Raise with CODEC_FUZZ for a longer search. */
const inputs = Number(process.env.CODEC_FUZZ ?? 4000);

function frame(text: string, bytes: Uint8Array = new Uint8Array(0)): Buffer {
  const header = Buffer.alloc(5);
  header[0] = 1;
  header.writeUInt32LE(Buffer.byteLength(text), 1);
  return Buffer.concat([header, Buffer.from(text), bytes]);
}

/** Either a value or PROTOCOL; nothing else may come out. */
function decodeHostile(bytes: Uint8Array, context?: DecodeContext): unknown {
  try {
    return decodeValue(bytes, context);
  } catch (error) {
    if (!IsolationError.is(error, "PROTOCOL")) throw error;
    return error;
  }
}

/** Lets so many bytes pass, and counts. */
class Meter implements DecodeMeter {
  charged = 0;
  ticks = 0;
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  charge(bytes: number): void {
    if (bytes > this.room) throw new RangeError("too much");
    this.room -= bytes;
    this.charged += bytes;
  }

  borrow(bytes: number): void {
    this.charge(bytes);
  }

  skip(): void {}
  tick(): void {
    this.ticks += 1;
  }
}

function expectCleanPrototypes(): void {
  expect(Reflect.ownKeys(Object.prototype).length).toBe(12);
  for (const name in {}) expect.unreachable(`Object.prototype has ${name}`);
}

describe("hostile bytes", () => {
  const malformed = [
    "",
    "[]",
    "{}",
    "nonsense",
    '["$"]',
    '["$q"]',
    '["$i"]',
    '["$i0x1"]',
    '["$i-"]',
    '["$@0"]',
    '["$@-1"]',
    '["$@length"]',
    '[[1,"$@1"]]',
    '[["$m",1]]',
    '[["$r","(","",0]]',
    '[["$r","a","zz",0]]',
    '[["$r","a","",{}]]',
    '[["$b",[]]]',
    '[["$b",["$b","$@0"]]]',
    '[["$b",null]]',
    '[["$o",[]]]',
    '[["$a",-1,{}]]',
    '[["$a",4294967296,{}]]',
    '[["$a",2,{},2,1]]',
    '[["$a",2,{},"__proto__",1]]',
    '[["$a",2,null]]',
    '[["$e",null,null]]',
    '[["$e",{"class":"Error","base":"Error","framework":"","message":1,"stack":""},{}]]',
    '[["$l",0]]',
    '[["$l","length"],[]]',
    '[["$l",0],[-1]]',
    '[["$l",0],[1.5]]',
    '[["$l",0],[9007199254740991]]',
    '[["$l",0],["1"]]',
    '[["$l",0],{"length":1}]',
    '[["$l",0],[[8,"descriptor"]]]',
    '[["$v","Float64Array",0,4,1],[16]]',
    '[["$v","Float64Array",0,0,9007199254740991],[16]]',
    '[["$v","Buffer",0,0,17],[16]]',
    '[["$v","Buffer",0,-1,4],[16]]',
    '[["$v","Function",0,0,1],[16]]',
    '[["$v","constructor",0,0,1],[16]]',
    '[["$x",{"id":1}]]',
  ];

  test.each(malformed)("%s is refused", (text) => {
    expect(() => decodeValue(frame(text, Buffer.alloc(16)))).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });

  test("the error keeps nothing of what was made before it", async () => {
    let made: WeakRef<object> | undefined;
    const importReference = (): object => {
      const item = {};
      made = new WeakRef(item);
      return item;
    };
    const error = decodeHostile(frame('[[["$x",0],"$q"]]'), { importReference });
    await new Promise(setImmediate);
    collectGarbage();
    expect(error).toMatchObject({ code: "PROTOCOL" });
    expect(made?.deref()).toBeUndefined();
  });

  test("resizable ArrayBuffers, of which the system has only so many, are paid for as pages", () => {
    const items = Array.from({ length: 4_000 }, (_, index) => `["$l",${index}]`);
    const text = `[[${items}],[${items.map(() => "[0,null,8192]")}]]`;
    expect(() => decodeValue(frame(text), { meter: new Meter(96 * 1024 * 1024) })).toThrow(/too much/);
  });

  test("a frame that is cut, empty, or of another version is refused", () => {
    const whole = encodeValue({ a: [1n, Buffer.from("abc")] });
    for (let length = 0; length < whole.length; length++) {
      expect(decodeHostile(whole.subarray(0, length))).toBeInstanceOf(IsolationError);
    }
    expect(() => decodeValue(Buffer.from([2, 0, 0, 0, 0]))).toThrow("format version 2 is not known");
  });

  test("a length that is merely claimed allocates nothing", () => {
    const arrays = Array.from({ length: 1000 }, () => '["$a",30000000,{}]').join();
    const before = process.memoryUsage();
    const decoded = decodeValue(frame(`[[${arrays}]]`)) as unknown[][];
    const after = process.memoryUsage();
    expect(decoded[999]?.length).toBe(30_000_000);
    expect(after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 << 20);
  });

  test("a free length costs nothing where it makes a dictionary, and is charged where it does not", () => {
    const meter = new Meter(32 << 20);
    const dictionaries = Array.from({ length: 5_000 }, () => '["$a",6000,{}]').join();
    expect(decodeValue(frame(`[[${dictionaries}]]`), { meter })).toHaveLength(5_000);
    const arrays = Array.from({ length: 5_000 }, () => '["$a",1024,{}]').join();
    expect(() => decodeValue(frame(`[[${arrays}]]`), { meter })).toThrow("too much");
    expect(decodeValue(frame('[["$a",1025,{},3,"x"]]'), { meter: new Meter(10_000) })).toHaveLength(1025);
  });

  test.each<[string, string]>([
    ["dates", '"$d0"'],
    ["maps", '["$m"]'],
    ["sets", '["$s",1]'],
    ["regular expressions", '["$r","a","",0]'],
    ["views", '["$v","Int8Array",0,0,0]'],
    ["buffers", '["$l",0]'],
    ["errors", '["$e",{"class":"Error","base":"Error","framework":"","message":"","stack":""},{}]'],
    ["bare objects", '["$o",{}]'],
    ["references", '["$x",{"kind":"function","id":1}]'],
    ["a BigInt", `"$i${"f".repeat(1_000)}"`],
  ])("%s are charged before they are made", (_, text) => {
    const plain = new Meter(1 << 20);
    const charged = new Meter(1 << 20);
    const importReference = () => ({});
    // The names of its objects cost only the first time.
    decodeValue(frame(`[${text},[0]]`), { meter: new Meter(1 << 20), importReference });
    decodeValue(frame(`[${text.replaceAll("$", "_")},[0]]`), { meter: plain, importReference });
    decodeValue(frame(`[${text},[0]]`), { meter: charged, importReference });
    expect(charged.charged).toBeGreaterThan(plain.charged);
  });

  test("what takes long is looked at in between", () => {
    const meter = new Meter(1 << 30);
    const members = Array.from({ length: 10_000 }, (_, index) => index);
    decodeValue(frame(`[["$s",${members}]]`), { meter });
    expect(meter.ticks).toBeGreaterThan(5);
  });

  test("objects inside one another are refused before the stack ends, and change nothing outside", () => {
    const { stackTraceLimit } = Error;
    const part = '["$e",{"class":"Error","base":"Error","framework":"","message":"","stack":"","cause":';
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
      ['["$m",0,', "]"],
      [part, "},{}]"],
    ] as const) {
      const text = `[${open.repeat(100_000)}0${close.repeat(100_000)}]`;
      expect(() => decodeValue(frame(text))).toThrow("more than 1000 objects are inside one another");
    }
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });

  test("a regular expression that takes long to read is refused", () => {
    const slow = JSON.stringify("\\p{L}".repeat(10_000));
    expect(() => decodeValue(frame(`[["$r",${slow},"u",0]]`))).toThrow("10000 classes is too large");
    expect(decodeValue(frame(`[["$r",${slow},"",0]]`))).toBeInstanceOf(RegExp);
  });

  test("one run of bytes cannot be claimed twice", () => {
    expect(() => decodeValue(frame('[[["$l",0],["$l",1]],[16,16]]', Buffer.alloc(16)))).toThrow(
      "more bytes than there are",
    );
    const same = decodeValue(frame('[[["$l",0],["$l",0]],[16]]', Buffer.alloc(16))) as ArrayBuffer[];
    expect(same[0]).toBe(same[1]);
  });

  test("nesting without end is refused, not a crash", () => {
    for (const open of ["[", '{"a":', '["$m",1,', '["$o",{"a":', '["$b",']) {
      expect(decodeHostile(frame(`[${open.repeat(200_000)}`))).toBeInstanceOf(IsolationError);
    }
    expect(decodeHostile(frame("[".repeat(300_000) + "]".repeat(300_000)))).toBeInstanceOf(IsolationError);
  });

  test("keys that name prototypes stay keys", () => {
    const text = '[{"__proto__":{"polluted":"$n"},"constructor":{"prototype":{"polluted":1}}}]';
    const decoded = decodeValue(frame(text)) as Record<string, unknown>;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(decoded, "__proto__")?.value).toStrictEqual({ polluted: Number.NaN });
    const parts = '{"class":"TypeError","base":"x","framework":"","message":"m","stack":"s","__proto__":{"cause":1}}';
    const error = decodeValue(frame(`[["$e",${parts},{"__proto__":{"polluted":1},"stack":"no"}]]`)) as Error;
    expect(Object.getPrototypeOf(error)).toBe(TypeError.prototype);
    expect(error).toMatchObject({ message: "m", stack: "s" });
    expectCleanPrototypes();
  });

  test("an error hook that is given nonsense still ends in a value or PROTOCOL", () => {
    expect(() => decodeValue(frame('[["$x",1]]'), { importReference: () => undefined })).not.toThrow();
    expect(() =>
      decodeValue(frame('[["$x",1]]'), {
        importReference: () => {
          throw new Error("unknown id");
        },
      }),
    ).toThrow(expect.objectContaining({ code: "PROTOCOL", message: expect.stringContaining("unknown id") }));
  });
});

describe("fuzzing", () => {
  const seeds = fc.sample(arbitraryGraph, { numRuns: 60, seed: 1 }).map((value) => Buffer.from(encodeValue(value)));

  test("bit flips, cuts and splices of valid values give a value or PROTOCOL", () => {
    for (let run = 0; run < inputs; run++) {
      const bytes = Buffer.from(seeds[run % seeds.length] as Buffer);
      const noise = randomBytes(24);
      for (let flip = 0; flip <= (noise[0] as number) % 6; flip++) {
        const at = noise.readUInt32LE(1 + 3 * flip) % bytes.length;
        const kind = (noise[20] as number) % 3;
        if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << (flip & 7));
        else if (kind === 1) bytes[at] = '$@"[]{},0mserabovlx-:\\u'.charCodeAt((noise[2 + flip] as number) % 23);
        else bytes.copyWithin(at, noise.readUInt16LE(18) % bytes.length, at + 8);
      }
      if ((noise[23] as number) % 2 === 0 && bytes.length > 5) bytes.writeUInt32LE(bytes.length - 5, 1);
      decodeHostile((noise[21] as number) % 8 === 0 ? bytes.subarray(0, noise.readUInt16LE(19) % bytes.length) : bytes);
    }
    expectCleanPrototypes();
  });

  test("random bytes and random nodes give a value or PROTOCOL", () => {
    for (let run = 0; run < inputs; run++) {
      const noise = randomBytes(run % 64);
      if (run % 2 === 0) noise[0] = 1;
      decodeHostile(noise);
    }
    const marker = fc.constantFrom(..."unimsrbaelvx@d+-_$".split("").map((letter) => `$${letter}`));
    const atom = fc.oneof(
      marker,
      fc.constantFrom("$@0", "$@1", "Buffer", "DataView", "Error", "__proto__"),
      fc.nat(20),
    );
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        { weight: 3, arbitrary: atom },
        fc.tuple(marker, tie("node"), tie("node"), tie("node"), tie("node")),
        fc.array(tie("node"), { maxLength: 5 }),
        fc.dictionary(
          fc.constantFrom("class", "base", "framework", "message", "stack", "cause", "__proto__"),
          tie("node"),
        ),
      ),
    }));
    fc.assert(
      fc.property(node, fc.array(fc.nat(20), { maxLength: 4 }), (root, ranges) => {
        decodeHostile(frame(JSON.stringify([root, ranges]), Buffer.alloc(32)));
      }),
      { numRuns: inputs },
    );
    expectCleanPrototypes();
  });
});

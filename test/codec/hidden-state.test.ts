import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createECDH, createSecretKey, createSign, getDiffieHellman, webcrypto } from "node:crypto";
import { createSocket } from "node:dgram";
import dns from "node:dns";
import { EventEmitter, EventEmitterAsyncResource } from "node:events";
import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import { Agent, createServer } from "node:http";
import { createRequire } from "node:module";
import { BlockList, SocketAddress } from "node:net";
import { createHistogram } from "node:perf_hooks";
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createContext, runInNewContext, runInThisContext, Script } from "node:vm";
import { MessageChannel } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { decodeValue, encodeValue, isJsonSafe } from "../../src/codec/index.js";

function cross(value: unknown): unknown {
  return decodeValue(encodeValue(value));
}

const symbol = Symbol("state");
const state = new WeakMap<object, number>();

class InPrivateField {
  #state = 1;
  read(): number {
    return this.#state;
  }
}
class InWeakMap {
  constructor() {
    state.set(this, 1);
  }
}
class InSymbol {
  readonly [symbol] = 1;
}
class InHiddenProperty {
  constructor() {
    Object.defineProperty(this, "state", { value: 1 });
  }
}

/** What the global of a name makes, where it takes arguments. */
const MAKERS: Record<string, () => unknown> = {
  BroadcastChannel: () => {
    const channel = new BroadcastChannel("hidden-state");
    channel.close();
    return channel;
  },
  CompressionStream: () => new CompressionStream("gzip"),
  CustomEvent: () => new CustomEvent("x"),
  DecompressionStream: () => new DecompressionStream("gzip"),
  Event: () => new Event("x"),
  File: () => new File(["x"], "x"),
  FinalizationRegistry: () => new FinalizationRegistry(() => {}),
  MessageEvent: () => new MessageEvent("x"),
  Promise: () => Promise.resolve(),
  Request: () => new Request("http://host/"),
  URL: () => new URL("http://host/"),
  WeakRef: () => new WeakRef({}),
};

/** Those that cross as themselves, or as what they are made of. */
const CROSSING =
  /Error$|Array$|^(Object|Array|String|Number|Boolean|Date|RegExp|Map|Set|ArrayBuffer|Buffer|DOMException)$/;

/** Makes one of whatever global class can be made. */
function make(name: string): unknown {
  try {
    const Class = Reflect.get(globalThis, name) as new () => unknown;
    return MAKERS[name]?.() ?? new Class();
  } catch {
    return undefined;
  }
}

const GLOBALS = Object.getOwnPropertyNames(globalThis).filter(
  (name) => !/^(__|webcrypto|localStorage|sessionStorage)/.test(name),
);
const CLASSES = GLOBALS.filter(
  (name) =>
    /^[A-Z]/.test(name) &&
    !CROSSING.test(name) &&
    typeof make(name) === "object" &&
    !(Symbol.asyncIterator in (make(name) as object)),
);
const NAMESPACES = [
  "Math",
  "JSON",
  "Reflect",
  "Atomics",
  "Intl",
  "globalThis",
  "process",
  "performance",
  "navigator",
  "crypto",
];

describe("what is not its fields is refused by its name", () => {
  test.each(CLASSES)("an instance of the global %s", (name) => {
    expect(() => encodeValue(make(name), { path: "args[0]" })).toThrow(
      expect.objectContaining({
        code: "NOT_SERIALIZABLE",
        message: expect.stringContaining(`args[0] is an instance of ${name}`),
      }),
    );
  });

  test.each(NAMESPACES.filter((name) => Reflect.get(globalThis, name) !== undefined))("the global %s", (name) => {
    const value: unknown = Reflect.get(globalThis, name);
    expect(isJsonSafe(value)).toBe(false);
    expect(() => encodeValue([value])).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
  });

  test.each<[string, () => object]>([
    ["an instance of InPrivateField", () => new InPrivateField()],
    ["an instance of InWeakMap", () => new InWeakMap()],
    ["an instance of InSymbol", () => new InSymbol()],
    ["an instance of InHiddenProperty", () => new InHiddenProperty()],
    ["a Proxy of an instance of Date", () => new Proxy(new Date(0), {})],
    ["a Proxy of an instance of RegExp", () => new Proxy(/x/, {})],
    ["a Proxy of an instance of Uint8Array", () => new Proxy(new Uint8Array(2), {})],
    ["a Proxy of an instance of Map", () => new Proxy(new Map(), {})],
    ["an instance of Map", () => Object.create(Map.prototype) as object],
    ["an instance of Script", () => new Script("1")],
    ["an instance of Resolver", () => new dns.Resolver()],
    ["an instance of Resolver", () => new dns.promises.Resolver()],
    ["an instance of ECDH", () => createECDH("prime256v1")],
    ["an instance of DiffieHellmanGroup", () => getDiffieHellman("modp5")],
    ["an instance of Sign", () => createSign("sha256")],
    ["an instance of SecretKeyObject", () => createSecretKey(Buffer.alloc(8))],
    ["an instance of AsyncLocalStorage", () => new AsyncLocalStorage()],
    ["an instance of AsyncResource", () => new AsyncResource("x")],
    ["an instance of Server", () => createServer()],
    ["an instance of Writable", () => new Writable()],
    ["an instance of Agent", () => new Agent()],
    ["an instance of StringDecoder", () => new StringDecoder()],
    ["an instance of RecordableHistogram", () => createHistogram()],
    ["an instance of MessageChannel", () => new MessageChannel()],
    ["an instance of Socket", () => createSocket("udp4").close()],
    ["an instance of EventEmitterAsyncResource", () => new EventEmitterAsyncResource({ name: "x" })],
    ["an instance of SubtleCrypto", () => webcrypto.subtle],
    ["an instance of NumberFormat", () => new Intl.NumberFormat("en")],
    [
      "an instance of Module",
      () => runInThisContext("new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))") as object,
    ],
    ["an instance of WeakMap", () => runInNewContext("new WeakMap()") as object],
  ])("%s", (is, makeOne) => {
    expect(() => encodeValue({ a: makeOne() })).toThrow(
      expect.objectContaining({ code: "NOT_SERIALIZABLE", message: expect.stringContaining(`value.a is ${is}`) }),
    );
  });

  test.each<[string, () => object]>([
    ["a promise", () => Promise.resolve()],
    ["a WeakMap", () => new WeakMap()],
    ["a generator", () => (function* () {})()],
  ])("%s whose prototype was replaced", (_, makeOne) => {
    for (const prototype of [Object.prototype, null]) {
      const value: unknown = Object.setPrototypeOf(makeOne(), prototype);
      expect(isJsonSafe(value)).toBe(false);
      expect(() => encodeValue([value])).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
    }
  });

  test("a module namespace", async () => {
    const load = createRequire(import.meta.url);
    const { namespace } = load("../fixtures/intrinsics/native-import.cjs") as { namespace: () => Promise<object> };
    const path = await namespace();
    expect(() => encodeValue([path])).toThrow("value[0] is a module namespace");
  });

  test("handles of the runtime", async () => {
    const file = await open("/dev/null");
    const timer = setTimeout(() => {}, 1_000);
    onTestFinished(async () => {
      clearTimeout(timer);
      await file.close();
    });
    expect(() => encodeValue(file)).toThrow("value is an instance of FileHandle");
    expect(() => encodeValue(timer)).toThrow("value is an instance of Timeout");
  });
});

describe("what is its fields crosses as them", () => {
  class Point {
    x = 1;
    #seen = 0;
    look(): number {
      return this.#seen++;
    }
  }
  class Empty {}

  test.each<[string, object, object]>([
    ["an instance of a class of the user's with fields", new Point(), { x: 1 }],
    ["an instance of a class without any", new Empty(), {}],
    ["what was made from another object", Object.create({ inherited: 1 }) as object, {}],
    ["a Proxy of a plain object", new Proxy({ a: 1 }, {}), { a: 1 }],
    ["a Proxy of an array", new Proxy([1], {}), [1]],
    ["an object of another realm", runInNewContext("({ a: 1 })") as object, { a: 1 }],
    ["a context of node:vm", createContext({ a: 1 }), { a: 1 }],
    ["a plain object with nothing but a symbol", { [Symbol("s")]: 1 }, {}],
  ])("%s", (_, value, expected) => {
    expect(cross(value)).toEqual(expected);
  });

  test("the environment", () => {
    const arrived = cross({ env: process.env });
    expect(arrived).toEqual({ env: { ...process.env } });
  });

  test("listeners stay behind where the rest of an emitter crosses", () => {
    class Store extends EventTarget {
      items = [1];
    }
    expect(cross(new Store())).toEqual({ items: [1] });
    expect(cross(Object.assign(new EventEmitter(), { x: 1 }))).toMatchObject({ x: 1 });
    expect(cross(statSync("."))).toMatchObject({ size: statSync(".").size });
  });
});

test.each<[string, () => object]>([
  ["a Date", () => new Date(5)],
  ["a Map", () => new Map([[1, 2]])],
  ["a Set", () => new Set([1])],
  ["a RegExp", () => /a/g],
  ["a boxed number", () => Object(3) as object],
  ["an error", () => new Error("x")],
])("%s whose prototype was replaced arrives as what it is", (_, makeOne) => {
  for (const prototype of [Object.prototype, null]) {
    const value: unknown = Object.setPrototypeOf(makeOne(), prototype);
    expect(isJsonSafe(value)).toBe(false);
    expect(cross([value])).toEqual([makeOne()]);
  }
});

describe("objects of Node.js that say what they are made of cross as themselves", () => {
  test("a BlockList keeps its rules in their order", () => {
    const list = new BlockList();
    list.addAddress("10.0.0.1");
    list.addRange("::1", "::9", "ipv6");
    list.addSubnet("10.1.0.0", 16);
    const [arrived, again] = cross([list, list]) as [BlockList, BlockList];
    expect(arrived).toBeInstanceOf(BlockList);
    expect(again).toBe(arrived);
    expect(arrived.rules).toEqual(list.rules);
    expect([arrived.check("10.1.2.3"), arrived.check("::5", "ipv6"), arrived.check("10.0.0.2")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("a SocketAddress", () => {
    const address = new SocketAddress({ address: "::1", family: "ipv6", port: 5, flowlabel: 3 });
    const arrived = cross(address) as SocketAddress;
    expect(arrived).toBeInstanceOf(SocketAddress);
    const { address: host, family, port, flowlabel } = arrived;
    expect({ host, family, port, flowlabel }).toEqual({ host: "::1", family: "ipv6", port: 5, flowlabel: 3 });
  });

  test.each([
    [["$p", "BlockList", ["Address: IPv4 nowhere"]]],
    [["$p", "BlockList", ["Subnet: IPv4 10.0.0.0/99"]]],
    [["$p", "SocketAddress", { address: "nowhere", family: "ipv4", port: 5, flowlabel: 0 }]],
    [["$p", "SocketAddress", { address: "::1", family: "ipv6", port: -5, flowlabel: 0 }]],
    [["$p", "Process", {}]],
  ])("one that a hostile peer made up is refused: %j", (node) => {
    const text = Buffer.from(JSON.stringify([node]));
    const head = Buffer.from([1, 0, 0, 0, 0]);
    head.writeUInt32LE(text.length, 1);
    expect(() => decodeValue(Buffer.concat([head, text]))).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });
});

test("a getter is read once", () => {
  let read = 0;
  const value = {
    get answer(): number {
      read += 1;
      return read;
    },
  };
  expect(isJsonSafe(value)).toBe(false);
  expect(cross({ deep: [value] })).toEqual({ deep: [{ answer: 1 }] });
  expect(read).toBe(1);
});

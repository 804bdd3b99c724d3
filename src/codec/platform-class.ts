import { types } from "node:util";

const { toString: toSource } = Function.prototype;

/** Classes that Node.js writes in JavaScript, whose state is not in their fields, by where they can be found. */
const NODE_CLASSES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    async_hooks: ["AsyncLocalStorage"],
    child_process: ["ChildProcess"],
    crypto: ["Sign", "Verify", "X509Certificate", "KeyObject", "ECDH", "DiffieHellman", "DiffieHellmanGroup"],
    dgram: ["Socket"],
    diagnostics_channel: ["Channel"],
    dns: ["Resolver"],
    "dns/promises": ["Resolver"],
    events: ["EventEmitterAsyncResource"],
    http: ["Agent", "OutgoingMessage", "Server"],
    https: ["Agent", "Server"],
    inspector: ["Session"],
    net: ["BlockList", "SocketAddress", "Server"],
    perf_hooks: ["PerformanceEntry", "PerformanceObserver"],
    stream: ["Writable"],
    string_decoder: ["StringDecoder"],
    tls: ["Server"],
    vm: ["Script", "SourceTextModule", "SyntheticModule"],
    worker_threads: ["BroadcastChannel", "Worker"],
  })
    .flatMap(([module, names]) => names.map((name): [string, string] => [name, module]))
    .reduce(
      (homes, [name, module]) => homes.set(name, [...(homes.get(name) ?? []), module]),
      new Map<string, readonly string[]>(),
    ),
);

/** Classes that say nothing of what their instances are; of an EventTarget only who listens stays behind. */
const TRANSPARENT: ReadonlySet<unknown> = new Set(["Object", "Function", "EventTarget"]);

const NATIVE_CODE = /\{\s*\[native code\]\s*\}\s*$/;

const classOf = new WeakMap<object, string | null>();

// Node.js makes it of a native class without a name; it is what its fields say.
const environmentPrototype = prototypeOf(process.env);
if (environmentPrototype !== null) classOf.set(environmentPrototype, null);

/**
 * The class of the platform, of ECMAScript, of the web or of Node.js, that an object is of, or that its class derives from.
 * Found by the prototypes, which the Proxy of an object shows as well.
 */
export function platformClassIn(value: object): string | undefined {
  for (let prototype = prototypeOf(value); prototype !== null; prototype = prototypeOf(prototype)) {
    let name = classOf.get(prototype);
    if (name === undefined) {
      name = platformClassOf(prototype) ?? null;
      classOf.set(prototype, name);
    }
    if (name !== null) return name;
  }
  return undefined;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

function platformClassOf(prototype: object): string | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof maker !== "function" || types.isProxy(maker)) return undefined;
  const { name } = maker;
  if (typeof name !== "string" || TRANSPARENT.has(name) || maker.prototype !== prototype) return undefined;
  if (NATIVE_CODE.test(Reflect.apply(toSource, maker, []))) return name;
  return isOfNode(maker, name) || isOfTheWeb(maker, name, prototype) ? name : undefined;
}

/** Who has an instance of one has loaded its module already; of all others nothing is loaded. */
function isOfNode(maker: unknown, name: string): boolean {
  const homes = NODE_CLASSES.get(name) ?? [];
  return homes.some((home) => {
    const exported: unknown = process.getBuiltinModule?.(`node:${home}`);
    // `node:stream` and `node:events` are functions.
    return Object(exported) === exported && Reflect.get(exported as object, name) === maker;
  });
}

/** An interface of the web names itself on its prototype; only then the global of that name is looked at, and loaded. */
function isOfTheWeb(maker: unknown, name: string, prototype: object): boolean {
  const isCandidate = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value === name;
  return (isCandidate || name === "Event") && Reflect.get(globalThis, name) === maker;
}

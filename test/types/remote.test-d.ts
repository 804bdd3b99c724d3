/** Read by the compiler alone: every line that must not compile says so. */
import type { X509Certificate } from "node:crypto";
import { type Live, remote } from "../../src/inside/index.js";
import type { Remote } from "../../src/isolator/index.js";
import type * as sample from "./remote-module.js";

declare const api: Remote<typeof sample>;

/** Compiles when both are the same type, `any` being none but itself. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<Wanted>() {
  return <Got>(_: Got, ..._same: Same<Got, Wanted> extends true ? [] : [never]): void => {};
}

async function uses(): Promise<void> {
  const sum: number = await api.add(1, 2);
  const version: string = await api.version();
  const rows: sample.Row[] = await api.load("x");
  for await (const row of api.readRows(3)) row.at.getTime();
  const kept = await api.readRows(3);
  await kept.return(undefined);
  for await (const bytes of api.openBytes()) bytes.byteLength;
  const done: number = await api.work([1], (count) => count.toFixed(), { signal: new AbortController().signal });
  using counter = await api.Counter.create(1);
  const next: number = await counter.increment(2);

  // @ts-expect-error the wrong type of argument
  await api.add("1", 2);
  // @ts-expect-error a missing argument
  await api.add(1);
  // @ts-expect-error no such export
  await api.substract(1, 2);
  // @ts-expect-error a result is a promise
  const early: number = api.add(1, 2);
  // @ts-expect-error a function cannot be a result, unless it is lent by remote()
  await api.makeAdder();
  // @ts-expect-error a symbol cannot be an argument
  await api.takesSymbol(Symbol("x"));
  // @ts-expect-error a symbol cannot be read
  await api.secret();
  // @ts-expect-error fields of a live object stay where they are
  counter.value;
  // @ts-expect-error members cannot be replaced
  api.add = api.load;

  void [sum, version, rows, done, next, early];
}

function functionsThatNeverReturn(): void {
  expectType<Promise<never>>()(api.crash());
  expectType<Promise<void>>()(api.nothing());
}

async function whatIsNotTyped(): Promise<void> {
  const any = await api.untyped(1, "two").three;
  const parsed: number = (await api.parse("{}")).anything;
  const loose = {} as Remote<Record<string, (...args: unknown[]) => unknown>>;
  expectType<unknown>()(await loose.anything?.(1));
  void [any, parsed];
}

async function objectsClassesAndInstances(): Promise<void> {
  expectType<Promise<number>>()(api.table.double(2));
  expectType<Promise<number>>()(api.table.nested.measure("abc"));
  expectType<Promise<number>>()(api.table.limit());
  // @ts-expect-error it holds functions, and so cannot be read as a whole
  await api.table();
  expectType<Promise<{ port: number; tls: { cert: string } }>>()(api.settings());
  expectType<Promise<string>>()(api.settings.tls.cert());
  expectType<Promise<number>>()(api.shapes.square(2));
  expectType<Promise<number>>()(api.Service.level());
  expectType<Promise<number>>()(api.Service.size());
  expectType<Promise<number>>()(api.Service.parse("1"));
  expectType<Promise<number>>()(api.Service.tools.go());
  expectType<Promise<string>>()(api.service.start(80));
  expectType<Promise<string>>()(api.service.inherited());
  expectType<Promise<number>>()(api.service.port());
  expectType<Promise<Date>>()(api.instant());
  expectType<Promise<number[]>>()(api.list());
  expectType<Promise<number>>()(api.counter.increment(1));
  using live = await api.counter();
  expectType<Promise<number>>()(live.increment(1));
  expectType<Promise<number>>()(api.promised(1));
  expectType<Promise<string>>()(api.default("x"));
  expectType<Promise<number>>()(api.helped(1));
  expectType<Promise<string>>()(api.helped.helper());
  // @ts-expect-error a class is not called, its static methods are
  await api.Service();
  // @ts-expect-error members are functions, which have a name of their own
  await api.service.name();
  expectType<string>()(api.add.name);
  expectType<Promise<number>>()(api.add.call(undefined, 1, 2));
}

async function typeParametersAndOverloads(): Promise<void> {
  expectType<Promise<1>>()(api.identity<1>(1));
  const row: sample.Row = await api.identity({ id: 1, at: new Date() });
  const id: number | undefined = (await api.first([{ id: 1, more: true }]))?.id;
  const more: boolean | undefined = (await api.first([{ id: 1, more: true }]))?.more;
  // @ts-expect-error the constraint holds
  await api.first([{}]);
  expectType<Promise<string[]>>()(api.mapAll([1], async (item) => item.toFixed()));
  expectType<Promise<unknown>>()(api.pick({ a: 1 }, "a"));
  expectType<Promise<number[]>>()(api.pluck([{ a: 1 }], "a"));
  // @ts-expect-error no such key
  await api.pluck([{ a: 1 }], "b");
  expectType<Promise<unknown[]>>()(api.sortBy([{ a: 1 }], "a"));
  // @ts-expect-error nothing can be given to it
  await api.impossible(1);
  expectType<Promise<number>>()(api.perhaps(1));
  expectType<Promise<undefined>>()(api.absent());
  expectType<Promise<string>>()(api.read("x"));
  expectType<Promise<Uint8Array>>()(api.read("x", null));
  // @ts-expect-error none of the overloads
  await api.read(1);
  expectType<Promise<number>>()(api.optional(1, undefined, true, false));
  void [row, id, more];
}

async function callbacks(): Promise<void> {
  await api.mapLater([1], async (item) => item + 1);
  await api.mapLater([1], (item) => item + 1);
  await api.mapEither((item) => item + 1);
  // @ts-expect-error it expects numbers and would get promises
  await api.mapNow([1], (item: number) => item + 1);
  // @ts-expect-error so would this one, inside of an object
  await api.hasOptions({ choose: () => true });
  await api.gives((resume) => expectType<Promise<number>>()(resume()));
  // @ts-expect-error the wrong type of what a callback returns
  await api.mapLater([1], async () => "x");
}

async function alternatives(): Promise<void> {
  expectType<Promise<number>>()(api.open("x", "r"));
  // @ts-expect-error a URL does not cross, where a string does
  await api.open(new URL("file:///"));
  // @ts-expect-error nor does a symbol
  await api.open("x", Symbol("r"));
  await api.openAll("x", "y");
  // @ts-expect-error nor does it as one of several
  await api.openAll("x", new URL("file:///"));
  await api.perhapsAt();
  // @ts-expect-error nor does it where it may be left out
  await api.perhapsAt(new URL("file:///"));
  await api.sorted([2, 1]);
  // @ts-expect-error it expects a number and would get a promise
  await api.sorted([2, 1], (a: number, b: number) => a - b);
  await api.notify("x");
  await api.notify((n) => n.toFixed());
}

async function lending(): Promise<void> {
  const host = { log: (line: string): number => line.length };
  expectType<Promise<number>>()(api.useHost(remote(host)));
  await api.useModule(api);
  // @ts-expect-error an object that is not lent is copied, without its methods
  await api.useHost(host);
  using feed = await api.feed();
  for await (const item of feed) item.toFixed();
  expectType<Promise<void>>()(feed.stop());
  using subscribed = await api.subscribe();
  expectType<Promise<number>>()(subscribed("news"));
  // @ts-expect-error the wrong type of argument
  await subscribed(1);
  using factory = await api.factory();
  expectType<Promise<number>>()(factory.parse("1"));
  // @ts-expect-error a class is not called, its static methods are
  await factory();
  expectType<Promise<string>>()(api.useFunction(remote((n: number) => `${n}`)));
  // @ts-expect-error a function that is not lent for longer than its call
  await api.useFunction((n: number) => `${n}`);
  using table = await api.rows();
  for await (const item of table.read()) item.toFixed();
  const { at, counter } = await api.both();
  expectType<Promise<number>>()(counter.increment(at));
  void (remote(host) satisfies Live<typeof host>);
}

async function instancesAsResults(): Promise<void> {
  const service = await api.instance();
  expectType<number>()(service.port);
  // @ts-expect-error an instance arrives without its methods
  service.start(80);
  // @ts-expect-error so nothing would be left of one that has nothing else
  await api.methodsOnly();
  expectType<Promise<sample.Tree>>()(api.tree());
}

async function whatCannotCross(): Promise<void> {
  // @ts-expect-error a symbol in a Map
  await api.inMap();
  // @ts-expect-error a symbol as an item
  api.inItems();
  // @ts-expect-error a synchronous generator
  await api.sync();
  // @ts-expect-error a weak collection in an argument
  await api.weak({ cache: new WeakMap() });
  // @ts-expect-error shared memory
  await api.shared();
  // @ts-expect-error an object whose state is hidden
  await api.address();
  // @ts-expect-error the same, though it has what a Map has
  await api.query();
  // @ts-expect-error the same as an argument
  await api.takesQuery(new URLSearchParams());
  // @ts-expect-error a Blob, which can be read only asynchronously
  await api.blob();
  // @ts-expect-error the same within an argument
  await api.takesBlob({ file: new Blob([]) });
  // @ts-expect-error a Response
  await api.fetched();
  // @ts-expect-error a key
  await api.key();
  // @ts-expect-error a certificate
  await api.certificate({} as X509Certificate);
  // @ts-expect-error a promise inside of a result
  await api.later();
  // @ts-expect-error a class
  await api.classes();
}

void [
  uses,
  functionsThatNeverReturn,
  whatIsNotTyped,
  objectsClassesAndInstances,
  typeParametersAndOverloads,
  callbacks,
  alternatives,
  lending,
  instancesAsResults,
  whatCannotCross,
];

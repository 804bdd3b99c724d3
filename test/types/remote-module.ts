import { createSecretKey, type KeyObject, type X509Certificate } from "node:crypto";
import { type Live, remote } from "../../src/inside/index.js";
import type { Remote, RemoteObject } from "../../src/isolator/index.js";

export interface Row {
  id: number;
  at: Date;
}

export const version = "1.0";
export const secret = Symbol("secret");
export function add(a: number, b: number): number {
  return a + b;
}
export async function load(path: string): Promise<Row[]> {
  return [{ id: path.length, at: new Date() }];
}
export async function* readRows(count: number): AsyncGenerator<Row> {
  for (let id = 0; id < count; id += 1) yield { id, at: new Date() };
}
export function openBytes(): ReadableStream<Uint8Array> {
  return new ReadableStream();
}
export async function work(
  data: number[],
  onProgress: (done: number) => void,
  options: { signal?: AbortSignal },
): Promise<number> {
  onProgress(data.length);
  return options.signal?.aborted ? 0 : 1;
}
export function makeAdder(): (n: number) => number {
  return (n) => n;
}
export function takesSymbol(name: symbol): string {
  return String(name);
}
export class Counter {
  static create(from: number): Live<Counter> {
    return remote(new Counter(from));
  }
  constructor(private value: number) {}
  increment(by: number): number {
    this.value += by;
    return this.value;
  }
}

// Functions that never return, and what is not typed at all.
export function crash(): never {
  process.exit(3);
}
export const untyped: ReturnType<typeof JSON.parse> = (value: unknown) => value;
export function parse(text: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(text);
}
export function nothing(): void {}

// Objects, namespaces, classes, instances: what they hold, however deep.
export const table = {
  limit: 1,
  double: (n: number): number => 2 * n,
  nested: { measure: async (s: string) => s.length },
};
export const settings = { port: 80, tls: { cert: "x" } };
export namespace shapes {
  export const square = (n: number): number => n * n;
}
class Base {
  static parse(text: string): number {
    return Number(text);
  }
  inherited(): string {
    return "x";
  }
}
export class Service extends Base {
  static level = 3;
  static get size(): number {
    return 1;
  }
  static tools = { go: (): number => 1 };
  name = "a";
  port = 80;
  start(port: number): string {
    return `${port}`;
  }
}
export const service = new Service();
export const instant = new Date();
export const list = [1, 2];
export const counter: Live<Counter> = remote(new Counter(1));
export const promised = Promise.resolve((n: number): number => n);
export default (name: string): string => name;
export function helped(n: number): number {
  return n;
}
helped.helper = (): string => "help";

// Type parameters and overloads.
export function identity<T>(value: T): T {
  return value;
}
export async function first<T extends { id: number }>(items: readonly T[]): Promise<T | undefined> {
  return items[0];
}
export async function mapAll<T, U>(items: T[], each: (item: T) => Promise<U>): Promise<U[]> {
  return Promise.all(items.map(each));
}
export function pick<T, K extends keyof T>(from: T, key: K): T[K] {
  return from[key];
}
export async function pluck<T, K extends keyof T>(from: T[], key: K): Promise<T[K][]> {
  return from.map((item) => item[key]);
}
export function sortBy<T>(items: T[], key: keyof T): T[] {
  return items.sort((a, b) => Number(a[key]) - Number(b[key]));
}
export function impossible(value: never): void {
  void value;
}
export const perhaps: ((n: number) => number) | undefined = undefined as ((n: number) => number) | undefined;
export const absent: undefined = undefined;
export function read(path: string): string;
export function read(path: string, encoding: null): Uint8Array;
export function read(path: string, encoding?: null): string | Uint8Array {
  return encoding === null ? new Uint8Array() : path;
}
export function optional(a: number, b?: string, ...rest: boolean[]): number {
  return a + (b?.length ?? 0) + rest.length;
}

// Callbacks: what the callee gets is asynchronous.
export async function mapLater(items: number[], each: (item: number) => Promise<number>): Promise<number[]> {
  return Promise.all(items.map(each));
}
export function mapEither(each: (item: number) => number | Promise<number>): void {
  void each(1);
}
export function open(path: string | URL, mode?: "r" | symbol): number {
  return String(path).length + String(mode).length;
}
export function openAll(...paths: (string | URL)[]): number {
  return paths.length;
}
export function perhapsAt(at?: URL): string {
  return String(at);
}
export function sorted(items: number[], compare?: (a: number, b: number) => number): number[] {
  return items.sort(compare);
}
export function notify(to: ((n: number) => void) | string | WeakRef<object>): void {
  void to;
}
export function mapNow(items: number[], each: (item: number) => number): number[] {
  return items.map(each);
}
export function hasOptions(options: { onDone?: () => void; choose?: () => boolean }): void {
  options.onDone?.();
}
export function gives(receive: (resume: () => number) => void): void {
  receive(() => 1);
}

// What is lent, and what is made of classes.
export function useHost(host: RemoteObject<{ log(line: string): number }>): Promise<number> {
  return host.log("x");
}
export function useModule(other: Remote<{ add(a: number, b: number): number }>): Promise<number> {
  return other.add(1, 2);
}
class Feed {
  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    yield 1;
  }
  stop(): void {}
}
export const feed = (): Live<Feed> => remote(new Feed());
export const subscribe = (): Live<(topic: string) => number> => remote((topic: string) => topic.length);
export const factory = (): Live<typeof Service> => remote(Service);
export function useFunction(fn: RemoteObject<(n: number) => string>): Promise<string> {
  return fn(1);
}
export const rows = (): Live<Table> => remote(new Table());
class Table {
  async *read(): AsyncGenerator<number> {
    yield 1;
  }
}
export const both = (): { at: number; counter: Live<Counter> } => ({ at: 1, counter: remote(new Counter(1)) });
export const instance = (): Service => new Service();
export const methodsOnly = (): { go(): number } => ({ go: () => 1 });
export interface Tree {
  name: string;
  children: Tree[];
}
export const tree = (): Tree => ({ name: "", children: [] });

// What cannot cross.
export const inMap = (): Map<string, symbol> => new Map();
export const inItems = (): AsyncGenerator<symbol> => readSymbols();
async function* readSymbols(): AsyncGenerator<symbol> {}
export function* sync(): Generator<number> {
  yield 1;
}
export const weak = (_: { cache: WeakMap<object, number> }): void => {};
export const shared = (): SharedArrayBuffer => new SharedArrayBuffer(1);
export const address = (): URL => new URL("file:///");
export const query = (): URLSearchParams => new URLSearchParams();
export const takesQuery = (_: URLSearchParams): void => {};
export const blob = (): Blob => new Blob([]);
export const takesBlob = (_: { file: Blob }): void => {};
export const fetched = (): Promise<Response> => fetch("http://localhost");
export const key = (): KeyObject => createSecretKey(new Uint8Array(1));
export const certificate = (_: X509Certificate): void => {};
export const later = (): { value: Promise<number> } => ({ value: Promise.resolve(1) });
export const classes = (): typeof Counter => Counter;

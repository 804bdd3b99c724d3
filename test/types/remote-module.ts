import { type Live, remote } from "../../src/inside/index.js";

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

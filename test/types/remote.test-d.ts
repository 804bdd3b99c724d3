/** Read by the compiler alone: every line that must not compile says so. */
import type { Remote } from "../../src/isolator/index.js";
import type * as sample from "./remote-module.js";

declare const api: Remote<typeof sample>;

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
void uses;

/** What a promise has come to. */
export type Settled = { readonly value: unknown } | { readonly error: unknown };

/** Never rejects. A promise that is also a stream is taken for the promise. */
export function settled(promise: Promise<unknown>): Promise<Settled> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** What a promise comes to in time; else undefined. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Calls a member of what an isolate has lent, or itself where the name is empty. */
export async function callLive(lent: unknown, method: string, args: readonly unknown[]): Promise<unknown> {
  if (lent === undefined) throw new Error("what is called here was lent by a call that was not run");
  if (method === "@@asyncIterator") return lent;
  let receiver: unknown;
  let target = lent;
  for (const name of method === "" ? [] : method.split(/(?<!\\)\./)) {
    receiver = target;
    target = Reflect.get(Object(target), name.replaceAll("\\.", "."));
  }
  if (typeof target !== "function") throw new TypeError(`${method} is no function`);
  return Reflect.apply(target, receiver, args) as unknown;
}

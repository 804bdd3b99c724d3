import type { Live } from "../inside/index.js";

/**
 * A module that lives in another process: its functions become asynchronous, async generators stay async iterables,
 * classes keep their static methods, constants are read by a call. What cannot cross is an error of the compiler.
 */
export type Remote<T> = { readonly [K in keyof T as Callable<K>]: RemoteMember<T[K]> };

/** An object that was lent by `remote(value)`: its methods, asynchronous, until it is released. */
export type RemoteObject<T> = {
  readonly [K in keyof T as T[K] extends AnyFunction ? Callable<K> : never]: RemoteMember<T[K]>;
} & Disposable;

/** What a call returns whose result is a stream: iterate it at once, or await it and keep it. */
export type RemoteStream<Stream, Item> = Promise<Stream> & AsyncIterable<Item>;

/** In the place of a member that cannot cross. */
export interface CannotCross<Why extends string> {
  readonly "cannot cross the process boundary": Why;
}

type AnyFunction = (...args: never[]) => unknown;
type AnyClass = abstract new (...args: never[]) => unknown;

type Callable<K> = K extends string ? K : never;

type RemoteMember<M> = M extends AnyClass
  ? {
      readonly [K in Exclude<keyof M, "prototype"> as M[K] extends AnyFunction ? Callable<K> : never]: RemoteMember<
        M[K]
      >;
    }
  : M extends (...args: infer A) => infer R
    ? A extends readonly unknown[]
      ? true extends { [I in keyof A]: IsStuck<A[I]> }[number]
        ? CannotCross<"an argument">
        : RemoteFunction<A, Awaited<R>>
      : never
    : M extends Stuck
      ? CannotCross<"the constant">
      : () => Promise<M>;

type RemoteFunction<A extends readonly unknown[], R> =
  R extends Live<infer U>
    ? (...args: A) => Promise<RemoteObject<U>>
    : R extends ReadableStream<infer Item>
      ? (...args: A) => RemoteStream<ReadableStream<Item>, Item>
      : R extends AsyncIterable<infer Item>
        ? (...args: A) => RemoteStream<AsyncGenerator<Item, undefined, undefined>, Item>
        : R extends Stuck
          ? CannotCross<"the result">
          : (...args: A) => Promise<R>;

/** Neither copied nor lent. A function can be lent as an argument, and by `remote()` as a result. */
type Stuck = symbol | AnyFunction | WeakMap<WeakKey, unknown> | WeakSet<WeakKey> | SharedArrayBuffer | AnyClass;

type IsStuck<A> = [A] extends [symbol | WeakMap<WeakKey, unknown> | WeakSet<WeakKey> | SharedArrayBuffer]
  ? [A] extends [never]
    ? false
    : unknown extends A
      ? false
      : true
  : false;

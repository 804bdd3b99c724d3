import type { Blob } from "node:buffer";
import type { KeyObject, webcrypto, X509Certificate } from "node:crypto";
import type { BlockList, SocketAddress } from "node:net";
import type { Live } from "./marks.js";

/** In the place of what cannot cross. */
export interface CannotCross<Why extends string> {
  readonly "cannot cross the process boundary": Why;
}

export type AnyFunction = (...args: never[]) => unknown;
export type AnyClass = abstract new (...args: never[]) => unknown;
export type IsAny<T> = 0 extends 1 & T ? true : false;
export type Stream = AsyncIterable<unknown> | ReadableStream;

/** What a function gives of which nobody looks at the result. */
export type Nothing = ReturnType<() => void>;

/** What declares no more than that it can be called. */
type Unspecific = typeof Function.prototype;

type Primitive = string | number | bigint | boolean | null | undefined;

/** Objects that arrive as themselves, methods included. */
export type Copied = Date | RegExp | Error | ArrayBuffer | ArrayBufferView | AbortSignal | BlockList | SocketAddress;

/** Blob and File, Request and Response, whichever library declares them. */
interface Body {
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
}

/** A global of ES2021: who compiles for less does not have the name, and a name that is missing would make `any` of all. */
type WeakReference = typeof globalThis extends { WeakRef: { prototype: infer R } } ? R : never;

/** Neither copied nor lent, wherever it is. */
type Stuck =
  | symbol
  | WeakMap<WeakKey, unknown>
  | WeakSet<WeakKey>
  | WeakReference
  | SharedArrayBuffer
  | URL
  | URLSearchParams
  | Headers
  | FormData
  | Blob
  | Body
  | KeyObject
  | webcrypto.CryptoKey
  | X509Certificate
  | WritableStream
  | Generator
  | PromiseLike<unknown>
  | AnyClass;

/** How deep values are looked into: a type may contain itself. */
type Depth = 0 | 1 | 2 | 3 | 4;
type Deeper<D extends Depth> = D extends 4 ? 3 : D extends 3 ? 2 : D extends 2 ? 1 : 0;

/**
 * What is in a value that does not cross as it is, `never` for a plain one: `"stuck"`, `"live"`, `"function"`, and
 * `"callback"` for a function whose caller does not expect the promise that it gets from the other process.
 */
export type Contents<T, D extends Depth = 4> =
  IsAny<T> extends true ? never : T extends Primitive ? never : ContentsOfObject<T, D>;

type ContentsOfObject<T, D extends Depth> = T extends Stuck
  ? "stuck"
  : T extends Live<infer _>
    ? "live"
    : T extends Copied | Stream
      ? never
      : T extends AnyFunction
        ? "function" | (IsAwaitable<ReturnType<T>> extends true ? never : "callback")
        : T extends Unspecific
          ? "function"
          : D extends 0
            ? never
            : T extends ReadonlyMap<infer K, infer V>
              ? Contents<K, Deeper<D>> | Contents<V, Deeper<D>>
              : T extends ReadonlySet<infer V> | readonly (infer V)[]
                ? Contents<V, Deeper<D>>
                : T extends object
                  ? { [K in keyof T]-?: K extends symbol ? never : Contents<T[K], Deeper<D>> }[keyof T]
                  : never;

/** Whether a promise may come where `R` is expected. */
export type IsAwaitable<R> =
  IsAny<R> extends true
    ? true
    : [Nothing] extends [R]
      ? true
      : [R] extends [undefined]
        ? true
        : [Extract<R, PromiseLike<unknown>>] extends [never]
          ? false
          : true;

/** Whether a result is refused, as a function is and an object that has nothing but methods. */
export type IsRefused<R> = [Contents<R>] extends [never]
  ? false
  : "stuck" extends Contents<R>
    ? true
    : R extends Live<infer _>
      ? false
      : R extends AnyFunction
        ? true
        : R extends readonly (infer V)[]
          ? IsRefused<V>
          : true extends { [K in keyof R]: [R[K]] extends [AnyFunction | undefined] ? false : true }[keyof R]
            ? false
            : true;

import type { Obstacle, RemoteArgument } from "./callback-types.js";
import type {
  AnyClass,
  AnyFunction,
  CannotCross,
  Contents,
  Copied,
  IsAny,
  IsRefused,
  Nothing,
  Stream,
} from "./crossing-types.js";
import type { Live } from "./marks.js";

/**
 * A module that lives in another process: its functions become asynchronous, async generators stay async iterables,
 * classes keep their static methods, objects and instances their methods, constants are read by a call. What cannot cross
 * is an error of the compiler.
 *
 * Names that the language and tools look up on any object (`then`, `toJSON`, `toString`, …) are not there, nor on
 * members those that every function has (`name`, `call`, …): `isolator.invoke(module, "then")` reaches them.
 */
export type Remote<T> = { readonly [K in keyof T as NameOf<K>]: RemoteMember<T[K]> };

/** An object or function that was lent by `remote(value)`: its methods, or itself, asynchronous, until it is released. */
export type RemoteObject<T> = (T extends AnyFunction ? RemoteFunction<T> : RemoteMethods<T>) &
  (T extends AsyncIterable<infer Item> ? AsyncIterable<Item> : unknown) &
  Disposable;

type RemoteMethods<T> = {
  readonly [K in keyof T as T[K] extends AnyFunction ? NameOf<K> : never]: T[K] extends AnyFunction
    ? RemoteFunction<T[K]>
    : never;
};

/** What a call returns whose result is a stream: iterate it at once, or await it and keep it. */
export type RemoteStream<S, Item> = Promise<S> & AsyncIterable<Item>;

/** Answered locally by every proxy. */
type ProbedName =
  | "then"
  | "catch"
  | "finally"
  | "toJSON"
  | "toBSON"
  | "inspect"
  | "constructor"
  | "prototype"
  | keyof object
  | "toString"
  | "toLocaleString"
  | "valueOf"
  | "hasOwnProperty"
  | "isPrototypeOf"
  | "propertyIsEnumerable";

type NameOf<K> = K extends string ? Exclude<K, ProbedName> : never;

/** On functions, which members are, also these. */
type MemberNameOf<K> = Exclude<
  NameOf<K>,
  keyof AnyFunction | "name" | "length" | "call" | "apply" | "bind" | "listener"
>;

type RemoteMember<M> =
  IsAny<M> extends true
    ? M
    : [M] extends [never]
      ? () => Promise<never>
      : [M] extends [AnyClass]
        ? RemoteMembers<M>
        : [M] extends [AnyFunction]
          ? WithMembers<RemoteFunction<M>, M>
          : [M] extends [null | undefined]
            ? RemoteSignature<[], M>
            : [M] extends [AnyFunction | null | undefined]
              ? RemoteMember<NonNullable<M>>
              : [M] extends [PromiseLike<infer V>]
                ? RemoteMember<V>
                : [M] extends [Live<infer U>]
                  ? WithMembers<() => Promise<RemoteObject<U>>, U>
                  : [M] extends [
                        Copied | Stream | readonly unknown[] | ReadonlyMap<never, unknown> | ReadonlySet<never>,
                      ]
                    ? RemoteSignature<[], M>
                    : [M] extends [object]
                      ? WithMembers<RemoteConstant<M>, M>
                      : RemoteSignature<[], M>;

/** Read by a call where it crosses as it is; else there are only its members. */
type RemoteConstant<M> = [Contents<M>] extends [never] ? () => Promise<M> : unknown;

type RemoteMembers<M> = {
  readonly [K in keyof M as MemberNameOf<K>]: RemoteMember<M[K]>;
};

type WithMembers<F, M> = [MemberNameOf<keyof M>] extends [never] ? F : F & RemoteMembers<M>;

/** Up to four overloads; of one with fewer, TypeScript tells the first again. */
type RemoteFunction<F extends AnyFunction> = F extends {
  (...args: infer A1): infer R1;
  (...args: infer A2): infer R2;
  (...args: infer A3): infer R3;
  (...args: infer A4): infer R4;
}
  ? [keyof F] extends [never]
    ? AsItIs<F, Likeness<A1, R1> | Likeness<A2, R2> | Likeness<A3, R3> | Likeness<A4, R4>, R4> extends infer Own
      ? "changed" extends Own
        ? RemoteSignature<A1, R1> & RemoteSignature<A2, R2> & RemoteSignature<A3, R3> & RemoteSignature<A4, R4>
        : "callbacks" extends Own
          ? F & RemoteSignature<A1, R1> & RemoteSignature<A2, R2> & RemoteSignature<A3, R3> & RemoteSignature<A4, R4>
          : Own
      : never
    : RemoteSignature<A1, R1> & RemoteSignature<A2, R2> & RemoteSignature<A3, R3> & RemoteSignature<A4, R4>
  : RemoteGeneric<F>;

/** One whose type parameters bound each other (`K extends keyof T`), which TypeScript does not compare with overloads. */
type RemoteGeneric<F extends AnyFunction> = F extends (...args: infer A) => infer R
  ? [keyof F] extends [never]
    ? Likeness<A, R> extends "same"
      ? F
      : RemoteSignature<A, Unbound<R>>
    : RemoteSignature<A, Unbound<R>>
  : never;

/** Of a type parameter that others bound, nothing is left when they are gone. */
type Unbound<T> = [T] extends [never] ? unknown : T;

/** The function itself where that is what one calls, since only so its type parameters survive; else why it is not. */
type AsItIs<F, Found, R> = "changed" extends Found
  ? IsIdentity<F, R> extends true
    ? <T>(value: T) => Promise<T>
    : "changed"
  : "callbacks" extends Found
    ? "callbacks"
    : F;

/**
 * How a signature changes on the way: `"same"` where it is asynchronous already; `"callbacks"` where callbacks may answer
 * at once, too; else `"changed"`.
 */
type Likeness<A, R> =
  IsAny<R> extends true
    ? "changed"
    : [R] extends [never]
      ? "changed"
      : [R] extends [Promise<infer V>]
        ? [V] extends [never]
          ? LikenessOfArguments<A>
          : [V] extends [Stream]
            ? "changed"
            : [Contents<V>] extends [never]
              ? LikenessOfArguments<A>
              : "changed"
        : "changed";

type LikenessOfArguments<A> = A extends readonly unknown[]
  ? A["length"] extends 0
    ? "same"
    : { [I in keyof A]-?: LikenessOfArgument<A[I]> }[number]
  : "changed";

type LikenessOfArgument<P> = [Contents<P>] extends [never]
  ? "same"
  : P extends (...args: infer B) => infer R
    ? [Contents<B> | Exclude<Contents<P>, "function">] extends [never]
      ? [Nothing] extends [R]
        ? "same"
        : "callbacks"
      : "changed"
    : P extends undefined
      ? "same"
      : "changed";

/** A generic function that returns its argument: the one that can be told from others. */
type IsIdentity<F, R> = unknown extends R
  ? IsAny<R> extends true
    ? false
    : F extends <T>(value: T) => T
      ? true
      : false
  : false;

type RemoteSignature<A, R> = A extends readonly unknown[]
  ? [Obstacle<A>] extends [never]
    ? RemoteResult<RemoteArguments<A>, Awaited<R>>
    : Obstacle<A>
  : never;

type RemoteArguments<A extends readonly unknown[]> = A extends readonly never[]
  ? A
  : { [I in keyof A]: Unbound<RemoteArgument<A[I]>> };

type RemoteResult<A extends readonly unknown[], R> =
  IsAny<R> extends true
    ? (...args: A) => Promise<R>
    : [R] extends [never]
      ? (...args: A) => Promise<never>
      : [R] extends [Live<infer U>]
        ? (...args: A) => Promise<RemoteObject<U>>
        : [R] extends [ReadableStream<infer Item>]
          ? RemoteSequence<A, Item, ReadableStream<Item>>
          : [R] extends [AsyncIterable<infer Item>]
            ? RemoteSequence<A, Item, AsyncGenerator<Received<Item>, undefined, undefined>>
            : true extends IsRefused<R>
              ? CannotCross<"the result">
              : (...args: A) => Promise<Received<R>>;

type RemoteSequence<A extends readonly unknown[], Item, S> =
  true extends IsRefused<Item> ? CannotCross<"an item of the stream"> : (...args: A) => RemoteStream<S, Received<Item>>;

/** A value as it arrives: what was lent in it is remote, and methods are not there. */
type Received<V> = [Contents<V>] extends [never]
  ? V
  : V extends Live<infer U>
    ? RemoteObject<U>
    : V extends AnyFunction
      ? CannotCross<"a function">
      : V extends Copied | Stream
        ? V
        : V extends ReadonlyMap<infer K, infer T>
          ? Map<Received<K>, Received<T>>
          : V extends ReadonlySet<infer T>
            ? Set<Received<T>>
            : V extends object
              ? { [K in keyof V]: Received<V[K]> }
              : V;

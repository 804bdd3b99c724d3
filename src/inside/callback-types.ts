import type { AnyFunction, CannotCross, Contents, IsAny, Nothing } from "./crossing-types.js";
import type { Live } from "./marks.js";
import type { RemoteObject } from "./remote-types.js";

/** An argument as the caller gives it: of several alternatives, those that cross. */
export type RemoteArgument<P> =
  IsAny<P> extends true
    ? P
    : unknown extends P
      ? P
      : P extends unknown
        ? [Hindrance<P>] extends [never]
          ? GivenArgument<P>
          : never
        : never;

type GivenArgument<P> = P extends RemoteObject<infer U> ? P | Live<U> : P extends AnyFunction ? Callback<P> : P;

/** Why a call with such arguments cannot be made; `never` where it can. */
export type Obstacle<A extends readonly unknown[]> = {
  [I in keyof A]-?: ObstacleOf<A[I]>;
}[number];

type ObstacleOf<P> = [P] extends [never] ? never : [RemoteArgument<P>] extends [never] ? Hindrance<P> : never;

type Hindrance<P> =
  Contents<P> extends infer Found
    ? "stuck" extends Found
      ? CannotCross<"an argument">
      : "callback" extends Found
        ? CannotCross<"a callback: what it returns arrives as a promise, which the module does not expect">
        : never
    : never;

/** A function that is lent: it may answer at once or later, and what it is called with comes from the other process. */
type Callback<F extends AnyFunction> = F extends (...args: infer A) => infer R
  ? (...args: { [I in keyof A]: Borrowed<A[I]> }) => Answer<R>
  : F;

type Answer<R> = IsAny<R> extends true ? R : [Nothing] extends [R] ? R : R | Awaited<R>;

type Borrowed<X> =
  IsAny<X> extends true
    ? X
    : X extends Live<infer U>
      ? RemoteObject<U>
      : X extends (...args: infer A) => infer R
        ? (...args: A) => Promise<Awaited<R>>
        : X;

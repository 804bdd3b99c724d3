/** A module that lives in another process: its functions become asynchronous, its constants are read by a call. */
export type Remote<T> = {
  readonly [K in keyof T as RemoteKey<T, K>]: RemoteMember<T[K]>;
};

type AnyFunction = (...args: never[]) => unknown;
type AnyClass = abstract new (...args: never[]) => unknown;

type RemoteKey<T, K extends keyof T> = K extends string ? (T[K] extends symbol ? never : K) : never;

type RemoteMember<M> = M extends AnyClass
  ? {
      readonly [K in Exclude<keyof M, "prototype"> & string as M[K] extends AnyFunction ? K : never]: RemoteMember<
        M[K]
      >;
    }
  : M extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : () => Promise<M>;

/** Names that a promise, a debugger or a test tool looks up on any object; answering them with a method would mislead it. */
const NOT_REMOTE = new Set<PropertyKey>([
  "then",
  "catch",
  "finally",
  "toJSON",
  "constructor",
  "prototype",
  "__proto__",
]);

/** A proxy whose every member is a call of the export of that name; members of members extend the export path. */
export function createRemote<T>(invoke: (path: string, args: unknown[]) => Promise<unknown>): Remote<T> {
  return remoteMember("", invoke) as Remote<T>;
}

function remoteMember(path: string, invoke: (path: string, args: unknown[]) => Promise<unknown>): object {
  const members = new Map<string, object>();
  const target = path === "" ? Object.create(null) : (...args: unknown[]) => invoke(path, args);
  return new Proxy(target as object, {
    get(_, key) {
      if (typeof key === "symbol" || NOT_REMOTE.has(key)) return undefined;
      let member = members.get(key);
      if (member === undefined) {
        member = remoteMember(path === "" ? key : `${path}.${key}`, invoke);
        members.set(key, member);
      }
      return member;
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}

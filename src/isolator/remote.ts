import type { Remote } from "./remote-types.js";

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

/** The function that calls an export path. */
export type Bind = (path: string) => (...args: unknown[]) => Promise<unknown>;

/** A proxy whose every member is a call of the export of that name; members of members extend the export path. */
export function createRemote<T>(bind: Bind): Remote<T> {
  return remoteMember("", Object.create(null) as object, bind) as Remote<T>;
}

function remoteMember(path: string, target: object, bind: Bind): object {
  const members = new Map<string, object>();
  return new Proxy(target, {
    get(_, key) {
      if (typeof key === "symbol" || NOT_REMOTE.has(key)) return undefined;
      let member = members.get(key);
      if (member === undefined) {
        const memberPath = path === "" ? key : `${path}.${key}`;
        member = remoteMember(memberPath, bind(memberPath), bind);
        members.set(key, member);
      }
      return member;
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}

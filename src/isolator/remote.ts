import { NOT_A_MEMBER } from "../session/index.js";
import type { Remote } from "./remote-types.js";

/** The function that calls an export path. */
export type Bind = (path: string) => (...args: unknown[]) => Promise<unknown>;

/** How many members of one proxy are remembered, so that reading one again gives the same function. */
const MAX_MEMBERS = 10_000;

/** A proxy whose every member is a call of the export of that name; members of members extend the export path. */
export function createRemote<T>(bind: Bind): Remote<T> {
  return remoteMember("", Object.create(null) as object, bind) as Remote<T>;
}

function remoteMember(path: string, target: object, bind: Bind): object {
  const members = new Map<string, object>();
  return new Proxy(target, {
    get(_, key) {
      if (typeof key === "symbol" || NOT_A_MEMBER.has(key)) return undefined;
      let member = members.get(key);
      if (member === undefined) {
        const memberPath = path === "" ? key : `${path}.${key}`;
        member = remoteMember(memberPath, bind(memberPath), bind);
        if (members.size >= MAX_MEMBERS) members.clear();
        members.set(key, member);
      }
      return member;
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}

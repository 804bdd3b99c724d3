import { KEEP_MARK } from "../inside/marks.js";
import { FORWARDING, type Forwarding, NOT_LENT } from "./forwarding.js";
import { isProbed } from "./probed-names.js";

export interface MemberProxyOptions extends Forwarding {
  /** How many members are remembered, so that reading one again gives the same function. */
  readonly maxMembers: number;
  /** Called when those that were remembered are forgotten. */
  readonly onForgotten?: () => void;
  /** What the proxy has beyond its members, by its symbol. */
  readonly symbols?: ReadonlyMap<symbol, unknown>;
  /** Why the proxy and its members may not be handed on to another process, if that is so now. */
  readonly notLent?: () => Error | undefined;
}

/**
 * A proxy whose every name is a member of something in another process. Only calling a member is a call: all that can be
 * read, listed, printed or converted is answered here, from the face.
 *
 * @param face what it shows of itself: what is found there is no member
 */
export function createMemberProxy(face: object, options: MemberProxyOptions): object {
  return proxyOf(face, undefined, options);
}

/** A name as one segment of an export path, whatever dots it has. */
function toSegment(name: string): string {
  return name.includes(".") || name.includes("\\") ? name.replace(/[\\.]/g, "\\$&") : name;
}

function proxyOf(face: object, path: string | undefined, options: MemberProxyOptions): object {
  const { symbols, maxMembers, onForgotten } = options;
  const isRoot = path === undefined;
  const members = new Map<string, object>();
  const readSymbol = (key: symbol): unknown => {
    if (key === NOT_LENT) return options.notLent;
    if (!isRoot) return Reflect.get(face, key);
    if (key === FORWARDING) return options;
    return symbols?.has(key) ? symbols.get(key) : Reflect.get(face, key, proxy);
  };
  const read = (key: string): unknown => {
    if (isProbed(key, face)) return undefined;
    if (key in face) return Reflect.get(face, key);
    if (members.size >= maxMembers) {
      members.clear();
      onForgotten?.();
    }
    const member = memberOf(key, path, options);
    members.set(key, member);
    return member;
  };
  const proxy = new Proxy(face, {
    get: (_, key) => (typeof key === "symbol" ? readSymbol(key) : (members.get(key) ?? read(key))),
    has: (_, key) => {
      if (typeof key === "symbol") return Reflect.has(face, key) || (isRoot && symbols?.has(key) === true);
      return key in face || !isProbed(key, face);
    },
    set: () => false,
    defineProperty: (_, key, attributes) =>
      mayDefine(face, key, attributes) && Reflect.defineProperty(face, key, attributes),
    deleteProperty: () => false,
    setPrototypeOf: () => false,
  });
  return proxy;
}

function memberOf(key: string, parent: string | undefined, options: MemberProxyOptions): object {
  const segment = options.isNested ? toSegment(key) : key;
  const path = parent === undefined ? segment : `${parent}.${segment}`;
  const call = options.bind(path);
  Object.defineProperty(call, "name", { value: key, configurable: true });
  return options.isNested ? proxyOf(call, path, options) : call;
}

/** A function may be marked as one that is lent for longer, and anything may be frozen: it stays what it is. */
function mayDefine(face: object, key: PropertyKey, attributes: PropertyDescriptor): boolean {
  return key === KEEP_MARK || (Object.hasOwn(face, key) && !("value" in attributes) && !("get" in attributes));
}

const { toString: toSource } = Function.prototype;
/** Never reachable by an export path, whatever they are and wherever they stand. */
const UNREACHABLE = new Set(["__proto__", "constructor", "prototype"]);
/** Own properties that the language puts on every function. */
const OF_EVERY_FUNCTION = new Set(["name", "length", "arguments", "caller"]);

/** Something that can have members. */
export type Container = Record<string, unknown>;

/** Whether `value` can have members at all. */
export function isContainer(value: unknown): value is Container {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Whether `value` is declared with `class`. Constructors compiled down to functions cannot be told from functions. */
export function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Reflect.apply(toSource, value, []));
}

/**
 * Whether an export path may step from `container` to `key`: an own property, a static method inherited from a parent
 * class, or a member of the user's classes that an instance is made of. What the language and Node's built-in classes
 * provide (`Object.prototype`, `Function.prototype`, `Array.prototype`, …) is out of reach.
 */
export function hasMember(container: Container, key: string): boolean {
  if (UNREACHABLE.has(key) || (typeof container === "function" && OF_EVERY_FUNCTION.has(key))) return false;
  return owners(container).some((owner) => Object.hasOwn(owner, key));
}

/** The names that `hasMember` allows, nearest first, symbols left out. */
export function memberNames(container: Container): string[] {
  const names = owners(container).flatMap((owner) => Object.getOwnPropertyNames(owner));
  return [...new Set(names)].filter((name) => name !== "" && hasMember(container, name));
}

/** `container` and those of its prototypes that user code wrote. */
function owners(container: Container): object[] {
  const found: object[] = [container];
  for (
    let next = Object.getPrototypeOf(container);
    isUserPrototype(next, container);
    next = Object.getPrototypeOf(next)
  ) {
    found.push(next);
  }
  return found;
}

function isUserPrototype(prototype: unknown, container: Container): prototype is Container {
  if (!isContainer(prototype)) return false;
  if (typeof container === "function") return typeof prototype === "function" && !isNative(prototype);
  if (prototype === Object.prototype) return false;
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof maker !== "function" || !isNative(maker);
}

/** `Function.prototype` itself is native code too, so a walk up the parents of a class ends there. */
function isNative(value: unknown): boolean {
  return typeof value === "function" && Reflect.apply(toSource, value, []).endsWith("{ [native code] }");
}

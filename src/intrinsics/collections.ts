/** Not by its name, in whose place the build puts others. */
const present = globalThis;
/**
 * Collections whose methods are their own: whatever somebody does to `Map.prototype` later, these do what they did. For what
 * stays inside of this package; what is handed to users is of the class that they have.
 */
class OwnMap<Key, Value> extends globalThis.Map<Key, Value> {}
class OwnSet<Value> extends globalThis.Set<Value> {}
class OwnWeakMap<Key extends WeakKey, Value> extends globalThis.WeakMap<Key, Value> {}

for (const [Own, Theirs] of [
  [OwnMap, globalThis.Map],
  [OwnSet, globalThis.Set],
  [OwnWeakMap, globalThis.WeakMap],
] as const) {
  const { constructor: _, ...methods } = present.Object.getOwnPropertyDescriptors(Theirs.prototype as object);
  present.Object.defineProperties(Own.prototype, methods);
}

export { OwnMap, OwnSet, OwnWeakMap };

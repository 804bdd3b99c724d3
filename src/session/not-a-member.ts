/**
 * Names that a promise, a debugger or a test tool looks up on any object: a proxy that answered them with a method would
 * mislead it.
 */
export const NOT_A_MEMBER: ReadonlySet<PropertyKey> = new Set([
  "then",
  "catch",
  "finally",
  "toJSON",
  "constructor",
  "prototype",
  "__proto__",
]);

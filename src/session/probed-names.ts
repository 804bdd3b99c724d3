/**
 * Names that the language and tools look up on any object, and may call: promises, JSON, consoles, test runners and their
 * matchers, mocks, interop of module systems, frameworks. Whatever stands behind a proxy, it has none of them.
 */
const PROBED: ReadonlySet<string> = new Set([
  // A promise, a serialiser, a console.
  "then",
  "catch",
  "finally",
  "toJSON",
  "toBSON",
  "inspect",
  // Jest, Vitest, Jasmine, Chai, Sinon: matchers, mocks, and what pretty-printers ask.
  "asymmetricMatch",
  "$$typeof",
  "_isMockFunction",
  "isSinonProxy",
  "nodeType",
  "nodeName",
  "tagName",
  "hasAttribute",
  "isEqualNode",
  // Compiled ES modules; Vue.
  "__esModule",
  "__v_isRef",
  "__v_isReactive",
  "__v_isReadonly",
  "__v_raw",
  "__v_skip",
  // What only constructors have.
  "prototype",
]);

/** On functions also what an emitter has wrapped, what makes a spy of Sinon's, and what strict ones do not have. */
const PROBED_ON_FUNCTIONS: ReadonlySet<string> = new Set(["listener", "getCall", "arguments", "caller"]);

/** Whether a name is one that is probed on such a target, so that no proxy may answer it with a member. */
export function isProbed(name: string, target: object): boolean {
  if (PROBED.has(name) || name.startsWith("@@")) return true;
  if (typeof target !== "function") return false;
  // Jest takes for a spy of Jasmine, and calls, whatever has `calls.all()` and `calls.count()`.
  return PROBED_ON_FUNCTIONS.has(name) || (name === "all" && target.name === "calls");
}

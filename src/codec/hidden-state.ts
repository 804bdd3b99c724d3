import { types } from "node:util";
import { platformClassIn } from "./platform-class.js";
import { REFERENCE_MARK } from "./reference-mark.js";

const { toString: toSource } = Function.prototype;

/** What the runtime calls its own properties that hold a handle, a timer or an asynchronous resource. */
const RUNTIME_SYMBOLS: ReadonlySet<string | undefined> = new Set(["kHandle", "kState", "asyncId"]);

/** Evidence in a class's source that its instances keep something outside of their fields. */
const PRIVATE_STATE = /#[\p{ID_Start}$_]|\.(?:set|add)\(\s*this\b|[pP]rivate(?:Field|Method|Add)/u;

const keepsPrivateState = new WeakMap<object, boolean>();

/**
 * Whether the fields of an object that is no plain one are not what it is, so that copying them would lose it in silence:
 *
 * - it is, or derives from, a class of the platform that has no copy here, or is a Proxy of such an object;
 * - it holds a handle of the runtime under a symbol;
 * - it has no field at all to copy, but symbols, hidden properties, or a class whose source has private state.
 *
 * An instance of a class of the user's with fields is what its fields say.
 */
export function hasHiddenState(value: object, fieldCount: number): boolean {
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isGeneratorObject(value)) {
    return true;
  }
  if (types.isExternal(value) || types.isModuleNamespaceObject(value) || value === globalThis) return true;
  if (Symbol.asyncIterator in value || REFERENCE_MARK in value) return true;
  if (platformClassIn(value) !== undefined) return true;
  const symbols = Object.getOwnPropertySymbols(value);
  if (symbols.some(({ description }) => RUNTIME_SYMBOLS.has(description))) return true;
  return fieldCount === 0 && isMoreThanNothing(value, symbols.length);
}

/**
 * Whether an object without fields, of `Object.prototype` or without a prototype, is a built-in one all the same: somebody has
 * replaced its prototype, and only the engine still knows what it holds.
 */
export function isDisguised(value: object): boolean {
  return (
    types.isNativeError(value) ||
    types.isDate(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    types.isBoxedPrimitive(value) ||
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isGeneratorObject(value)
  );
}

/** Whether an object without fields, of `Object.prototype`, is something nevertheless: `Math`, `JSON`, the global object. */
export function isNamespace(value: object): boolean {
  return Object.hasOwn(value, Symbol.toStringTag);
}

function isMoreThanNothing(value: object, symbolCount: number): boolean {
  if (symbolCount > 0 || Object.getOwnPropertyNames(value).length > 0) return true;
  if ((value as Record<symbol, unknown>)[Symbol.toStringTag] !== undefined) return true;
  let prototype: object | null = Object.getPrototypeOf(value);
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    if (mayKeepPrivateState(prototype)) return true;
  }
  return false;
}

function mayKeepPrivateState(prototype: object): boolean {
  const known = keepsPrivateState.get(prototype);
  if (known !== undefined) return known;
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  const found = typeof maker === "function" && PRIVATE_STATE.test(Reflect.apply(toSource, maker, []));
  keepsPrivateState.set(prototype, found);
  return found;
}

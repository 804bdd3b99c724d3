/**
 * The globals that this package uses, as they were when it was loaded. The build puts them in the place of every use of
 * their names in the bundles (esbuild's `inject`): what user code, a test runner's fake timers or a polyfill puts in their
 * place later, in the host or in the isolated process, has no say in what this package does.
 *
 * Who wants the global that is there now says `globalThis.Map`.
 */
import nodeProcess from "node:process";
import nodeTimers from "node:timers";
import { clock as ownPerformance } from "./clock.js";
import { OwnMap, OwnSet, OwnWeakMap } from "./collections.js";
import { ownJson } from "./json.js";
import { unfaked } from "./unfaked.js";

/** Not by its name, in whose place the build puts others. */
const present = globalThis;

/** An object that has what another has now. */
function copyOf<Namespace extends object>(namespace: Namespace): Namespace {
  return present.Object.defineProperties({}, present.Object.getOwnPropertyDescriptors(namespace)) as Namespace;
}

const ownAbortController = present.AbortController;
const ownAbortSignal = present.AbortSignal;
const ownArray = present.Array;
const ownArrayBuffer = present.ArrayBuffer;
const ownBigInt = present.BigInt;
const ownBoolean = present.Boolean;
const ownBuffer = present.Buffer;
const ownDataView = present.DataView;
const ownDOMException = present.DOMException;
const ownError = present.Error;
const ownFinalizationRegistry = present.FinalizationRegistry;
const ownFunction = present.Function;
const ownNumber = present.Number;
const ownObject = present.Object;
const ownPromise = present.Promise;
const ownRangeError = present.RangeError;
const ownRegExp = present.RegExp;
const ownString = present.String;
const ownSymbol = present.Symbol;
const ownSyntaxError = present.SyntaxError;
const ownTypeError = present.TypeError;
const ownURL = present.URL;
const ownUint8Array = present.Uint8Array;
const ownWeakRef = present.WeakRef;
const ownWeakSet = present.WeakSet;
const ownDate = unfaked(present.Date, "Date");
const ownMath = copyOf(present.Math);
const ownReflect = copyOf(present.Reflect);

const setTimeout = unfaked(nodeTimers.setTimeout, "setTimeout");
const clearTimeout = unfaked(nodeTimers.clearTimeout, "clearTimeout");
const setInterval = unfaked(nodeTimers.setInterval, "setInterval");
const clearInterval = unfaked(nodeTimers.clearInterval, "clearInterval");
const setImmediate = unfaked(nodeTimers.setImmediate, "setImmediate");
const clearImmediate = unfaked(nodeTimers.clearImmediate, "clearImmediate");
const queueMicrotask = unfaked(present.queueMicrotask, "queueMicrotask");

const dateNow = ownDate.now;
const {
  assign: objectAssign,
  create: objectCreate,
  defineProperties: objectDefineProperties,
  defineProperty: objectDefineProperty,
  entries: objectEntries,
  freeze: objectFreeze,
  fromEntries: objectFromEntries,
  getOwnPropertyDescriptor: objectGetOwnPropertyDescriptor,
  getOwnPropertyDescriptors: objectGetOwnPropertyDescriptors,
  getOwnPropertyNames: objectGetOwnPropertyNames,
  getOwnPropertySymbols: objectGetOwnPropertySymbols,
  getPrototypeOf: objectGetPrototypeOf,
  hasOwn: objectHasOwn,
  is: objectIs,
  isExtensible: objectIsExtensible,
  keys: objectKeys,
  setPrototypeOf: objectSetPrototypeOf,
  values: objectValues,
} = ownObject;
const { from: arrayFrom, isArray: arrayIsArray, of: arrayOf } = ownArray;
const {
  isFinite: numberIsFinite,
  isInteger: numberIsInteger,
  isSafeInteger: numberIsSafeInteger,
  parseInt: numberParseInt,
} = ownNumber;
const { isView: arrayBufferIsView } = ownArrayBuffer;
const { fromCharCode: stringFromCharCode } = ownString;
const { captureStackTrace: errorCaptureStackTrace } = ownError;
const {
  alloc: bufferAlloc,
  allocUnsafe: bufferAllocUnsafe,
  allocUnsafeSlow: bufferAllocUnsafeSlow,
  byteLength: bufferByteLength,
  concat: bufferConcat,
  from: bufferFrom,
  isBuffer: bufferIsBuffer,
} = ownBuffer;
/** `Promise.all` and its like ask their class for `resolve`, as it is at that moment. */
class CombinedPromise<Value> extends ownPromise<Value> {}
present.Object.defineProperties(CombinedPromise, {
  resolve: { value: ownPromise.resolve },
  [present.Symbol.species]: { value: ownPromise },
});

const promiseAll = ownPromise.all.bind(CombinedPromise);
const promiseAllSettled = ownPromise.allSettled.bind(CombinedPromise);
const promiseRace = ownPromise.race.bind(CombinedPromise);
const promiseReject = ownPromise.reject.bind(ownPromise);
const promiseResolve = ownPromise.resolve.bind(ownPromise);
const {
  cpuUsage: processCpuUsage,
  cwd: processCwd,
  emitWarning: processEmitWarning,
  exit: processExit,
  getBuiltinModule: processGetBuiltinModule,
  hrtime: processHrtime,
  kill: processKill,
  memoryUsage: processMemoryUsage,
  umask: processUmask,
} = nodeProcess;
const processNextTick = unfaked(nodeProcess.nextTick, "nextTick");

export {
  arrayBufferIsView as "ArrayBuffer.isView",
  arrayFrom as "Array.from",
  arrayIsArray as "Array.isArray",
  arrayOf as "Array.of",
  bufferAlloc as "Buffer.alloc",
  bufferAllocUnsafe as "Buffer.allocUnsafe",
  bufferAllocUnsafeSlow as "Buffer.allocUnsafeSlow",
  bufferByteLength as "Buffer.byteLength",
  bufferConcat as "Buffer.concat",
  bufferFrom as "Buffer.from",
  bufferIsBuffer as "Buffer.isBuffer",
  clearImmediate,
  clearInterval,
  clearTimeout,
  dateNow as "Date.now",
  errorCaptureStackTrace as "Error.captureStackTrace",
  nodeProcess as process,
  numberIsFinite as "Number.isFinite",
  numberIsInteger as "Number.isInteger",
  numberIsSafeInteger as "Number.isSafeInteger",
  numberParseInt as "Number.parseInt",
  OwnMap as Map,
  OwnSet as Set,
  OwnWeakMap as WeakMap,
  objectAssign as "Object.assign",
  objectCreate as "Object.create",
  objectDefineProperties as "Object.defineProperties",
  objectDefineProperty as "Object.defineProperty",
  objectEntries as "Object.entries",
  objectFreeze as "Object.freeze",
  objectFromEntries as "Object.fromEntries",
  objectGetOwnPropertyDescriptor as "Object.getOwnPropertyDescriptor",
  objectGetOwnPropertyDescriptors as "Object.getOwnPropertyDescriptors",
  objectGetOwnPropertyNames as "Object.getOwnPropertyNames",
  objectGetOwnPropertySymbols as "Object.getOwnPropertySymbols",
  objectGetPrototypeOf as "Object.getPrototypeOf",
  objectHasOwn as "Object.hasOwn",
  objectIs as "Object.is",
  objectIsExtensible as "Object.isExtensible",
  objectKeys as "Object.keys",
  objectSetPrototypeOf as "Object.setPrototypeOf",
  objectValues as "Object.values",
  ownAbortController as AbortController,
  ownAbortSignal as AbortSignal,
  ownArray as Array,
  ownArrayBuffer as ArrayBuffer,
  ownBigInt as BigInt,
  ownBoolean as Boolean,
  ownBuffer as Buffer,
  ownDataView as DataView,
  ownDate as Date,
  ownDOMException as DOMException,
  ownError as Error,
  ownFinalizationRegistry as FinalizationRegistry,
  ownFunction as Function,
  ownJson as JSON,
  ownMath as Math,
  ownNumber as Number,
  ownObject as Object,
  ownPerformance as performance,
  ownPromise as Promise,
  ownRangeError as RangeError,
  ownReflect as Reflect,
  ownRegExp as RegExp,
  ownString as String,
  ownSymbol as Symbol,
  ownSyntaxError as SyntaxError,
  ownTypeError as TypeError,
  ownUint8Array as Uint8Array,
  ownURL as URL,
  ownWeakRef as WeakRef,
  ownWeakSet as WeakSet,
  processCpuUsage as "process.cpuUsage",
  processCwd as "process.cwd",
  processEmitWarning as "process.emitWarning",
  processExit as "process.exit",
  processGetBuiltinModule as "process.getBuiltinModule",
  processHrtime as "process.hrtime",
  processKill as "process.kill",
  processMemoryUsage as "process.memoryUsage",
  processNextTick as "process.nextTick",
  processUmask as "process.umask",
  promiseAll as "Promise.all",
  promiseAllSettled as "Promise.allSettled",
  promiseRace as "Promise.race",
  promiseReject as "Promise.reject",
  promiseResolve as "Promise.resolve",
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
  stringFromCharCode as "String.fromCharCode",
};

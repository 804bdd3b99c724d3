import { COST } from "./decode-cost.js";
import type { DecodeMeter } from "./decode-meter.js";

const MAX_LENGTH = 1024 * 1024;

/** Of a pattern with the flag u or v: each class or property costs up to a fifth of a millisecond. */
const MAX_UNICODE_PARTS = 512;
const UNICODE_PART = /[[.]|\\[pPwWsSdD]/g;

/** To make one takes as long as so many nodes. */
const NODES = 16;

const { get: source } = Object.getOwnPropertyDescriptor(RegExp.prototype, "source") ?? {};

/** In the order in which `flags` has them. That one asks the pattern's own properties, and its prototype's. */
const FLAGS = Object.entries({
  hasIndices: "d",
  global: "g",
  ignoreCase: "i",
  multiline: "m",
  dotAll: "s",
  unicode: "u",
  unicodeSets: "v",
  sticky: "y",
}).map(([name, flag]) => ({ flag, isSet: Object.getOwnPropertyDescriptor(RegExp.prototype, name)?.get }));

/** The pattern, whatever its owner's properties say. */
export function sourceOf(pattern: RegExp): string {
  return Reflect.apply(source as () => string, pattern, []);
}

export function flagsOf(pattern: RegExp): string {
  const isSet = (get: (() => unknown) | undefined): boolean =>
    get !== undefined && Reflect.apply(get, pattern, []) === true;
  return FLAGS.map((flag) => (isSet(flag.isSet) ? flag.flag : "")).join("");
}

/**
 * Makes a RegExp of what a peer sent. It is only parsed, not run, but even that takes long for some.
 *
 * @throws RangeError when it is too large, SyntaxError when it is none
 */
export function makeRegExp(source: string, flags: string, meter: DecodeMeter | undefined): RegExp {
  const parts = /[uv]/.test(flags) ? (source.match(UNICODE_PART)?.length ?? 0) : 0;
  if (source.length > MAX_LENGTH || parts > MAX_UNICODE_PARTS) {
    throw new RangeError(
      `a regular expression of ${source.length} characters with ${parts} classes is too large; ` +
        `the bounds are ${MAX_LENGTH} and, with Unicode, ${MAX_UNICODE_PARTS}`,
    );
  }
  meter?.charge(COST.regExp);
  meter?.tick(NODES);
  return new RegExp(source, flags);
}

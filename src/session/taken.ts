import { decodeValue, encodeValue } from "../codec/index.js";
import { type Capabilities, VALUE_KINDS, type ValueKind } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { ReferenceKind } from "./references.js";

/** The longest text of arguments, in characters, for a peer that takes columns alone: a message has 4 MiB. */
const MAX_PLAIN_TEXT = 1_048_576;

/** What a peer takes that does not take everything. */
export interface Taken {
  /** Whether it takes payloads at all; without, columns are all there is. */
  readonly payloads: boolean;
  readonly values: ReadonlySet<ValueKind>;
  readonly lent: ReadonlySet<ReferenceKind>;
}

const NOTHING: ReadonlySet<ValueKind> = new Set();

/** `undefined` where the process takes everything. */
export function takenBy({ features, values }: Capabilities): Taken | undefined {
  const payloads = features.has("payloads");
  const lent = new Set<ReferenceKind>([
    ...(features.has("references") ? (["function", "object"] as const) : []),
    ...(features.has("streams") ? (["stream", "readable"] as const) : []),
    ...(features.has("signals") ? (["signal"] as const) : []),
  ]);
  if (payloads && lent.size === 5 && values.size === VALUE_KINDS.length) return undefined;
  return { payloads, values: payloads ? values : NOTHING, lent };
}

/** Arguments for a peer without `undefined`: what is left out at the end is not sent, and in between it is null. */
export function withoutUndefined(args: readonly unknown[]): readonly unknown[] {
  const end = args.findLastIndex((arg) => arg !== undefined) + 1;
  return args.slice(0, end).map((arg) => (arg === undefined ? null : arg));
}

/**
 * Arguments as a plain tree, for who takes JSON alone; what they share is there twice.
 *
 * @throws IsolationError NOT_SERIALIZABLE naming the path of what JSON does not carry
 */
export function plainArguments(args: readonly unknown[]): unknown[] {
  return decodeValue(encodeValue(args, { path: "args", takes: NOTHING })) as unknown[];
}

/** The same as text. @throws IsolationError NOT_SERIALIZABLE also for what is too long */
export function plainText(args: readonly unknown[]): string {
  const text = JSON.stringify(plainArguments(args));
  if (text.length <= MAX_PLAIN_TEXT) return text;
  throw new IsolationError(
    "NOT_SERIALIZABLE",
    `args has ${text.length} characters as JSON; a process without the feature "payloads" takes ${MAX_PLAIN_TEXT}`,
  );
}

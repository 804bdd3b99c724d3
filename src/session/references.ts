import { isWireId } from "./wire-id.js";

/** How a lent object is described inside a value; JSON carries it exactly. */
export interface ReferenceDescriptor {
  readonly kind: ReferenceKind;
  /** The lender's number for it. */
  readonly id: number;
  /** Of a signal that was aborted before: its reason, in the format of a payload, as base64. `id` is 0 then. */
  readonly aborted?: string;
  /** It outlives the call that it came with. */
  readonly kept?: true;
  /** Of an object whose members have members: what is called is a path of names. */
  readonly nested?: true;
  /** Of an object that can be iterated: its member `@@asyncIterator` gives the stream. */
  readonly iterable?: true;
}

export type ReferenceKind = "function" | "object" | "signal" | "stream" | "readable";

const KINDS: readonly unknown[] = ["function", "object", "signal", "stream", "readable"] satisfies ReferenceKind[];

/** Whether a descriptor that a peer sent is one. */
export function isReferenceDescriptor(value: unknown): value is ReferenceDescriptor {
  if (typeof value !== "object" || value === null) return false;
  const { kind, id } = value as Partial<ReferenceDescriptor>;
  return KINDS.includes(kind) && isWireId(id);
}

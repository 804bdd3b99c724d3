/** How a lent object is described inside a value; JSON carries it exactly. */
export interface ReferenceDescriptor {
  readonly kind: ReferenceKind;
  /** The lender's number for it. */
  readonly id: number;
  /** Of a signal that was aborted before: its reason, in the format of a payload, as base64. `id` is 0 then. */
  readonly aborted?: string;
  /** It outlives the call that it came with. */
  readonly kept?: true;
}

export type ReferenceKind = "function" | "object" | "signal" | "stream" | "readable";

const KINDS: readonly unknown[] = ["function", "object", "signal", "stream", "readable"] satisfies ReferenceKind[];

/** Whether a descriptor that a peer sent is one. */
export function isReferenceDescriptor(value: unknown): value is ReferenceDescriptor {
  if (typeof value !== "object" || value === null) return false;
  const { kind, id } = value as Partial<ReferenceDescriptor>;
  return KINDS.includes(kind) && Number.isInteger(id);
}

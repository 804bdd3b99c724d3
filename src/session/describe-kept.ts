import { isAsyncIterable } from "./by-reference.js";
import { forwardingOf } from "./forwarding.js";
import type { ReferenceDescriptor } from "./references.js";

/** How something is described that is lent for longer than a call: what is borrowed itself, as what it was lent. */
export function describeKept(kind: "function" | "object", id: number, value: object): ReferenceDescriptor {
  if (kind === "function") return { kind, id, kept: true };
  const forwarding = forwardingOf(value);
  return {
    kind,
    id,
    kept: true,
    ...(forwarding?.isNested ? { nested: true } : undefined),
    ...((forwarding?.isIterable ?? isAsyncIterable(value)) ? { iterable: true } : undefined),
  };
}

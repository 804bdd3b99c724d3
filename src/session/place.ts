/** The descriptor of bytes that are elsewhere: a segment of shared memory, or a payload that came in parts. */
export type Place =
  | { readonly segment: number; readonly length: number }
  | { readonly chunks: number; readonly length: number };

/** Whether it can be a number of bytes. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** The descriptor, which the peer has sent; `undefined` when it is no JSON. */
export function parsePlace(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

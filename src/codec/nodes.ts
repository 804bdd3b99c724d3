/** Checks of what a text of the wire format has where only one kind of thing may be. Each throws a TypeError. */

export function textOf(node: unknown): string {
  if (typeof node !== "string") throw new TypeError("a text is missing");
  return node;
}

export function recordOf(node: unknown): Record<string, unknown> {
  if (typeof node !== "object" || node === null || Array.isArray(node)) throw new TypeError("fields are missing");
  return node as Record<string, unknown>;
}

export function listOf(node: unknown): unknown[] {
  if (!Array.isArray(node)) throw new TypeError("a list is missing");
  return node;
}

export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

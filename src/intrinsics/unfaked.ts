/**
 * What was there before a library of fake timers (sinon, jest, vitest) put its own in the place: that keeps the original
 * beside its clock. Without one, it is what is given.
 *
 * @param name as the library calls it: `setTimeout`
 */
export function unfaked<Value>(value: Value, name: string): Value {
  const clock: unknown = (value as { clock?: unknown } | undefined)?.clock;
  if (typeof clock !== "object" || clock === null) return value;
  const original: unknown = (clock as Record<string, unknown>)[`_${name}`];
  return typeof original === typeof value ? (original as Value) : value;
}

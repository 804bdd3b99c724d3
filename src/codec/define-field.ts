/** Gives an object an own enumerable field, whatever its name is and whatever the prototype says of it. */
export function defineField(target: object, key: string | number, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * The same, sooner. Only assigning a name that the prototype knows is not safe: `__proto__` is a setter, and every other
 * one throws where the built-ins are frozen.
 */
export function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key in target) defineField(target, key, value);
  else target[key] = value;
}

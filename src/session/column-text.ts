import { isJsonSafe } from "../codec/index.js";

/** Longer texts go as payloads: in a column they would make everybody else's values wait. */
const MAX_COLUMN_TEXT = 64 * 1024;

/** Whether nobody can change a value any more and it can be put into a column as it is. */
export function isColumnPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case "number":
      // Neither NaN nor an infinity nor -0.
      return value - value === 0 && (value !== 0 || 1 / value > 0);
    case "string":
      return value.length < MAX_COLUMN_TEXT;
    case "boolean":
      return true;
    default:
      return value === null;
  }
}

/** How many characters of text the arguments have, if all of them can be put into a column as they are; else -1. */
export function columnLengthOf(args: readonly unknown[]): number {
  let length = 0;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (!isColumnPrimitive(arg)) return -1;
    if (typeof arg === "string") length += arg.length;
  }
  return length < MAX_COLUMN_TEXT ? length : -1;
}

/** The JSON text of an object, if JSON carries it exactly and it is short enough for a column. */
export function columnTextOf(value: unknown, isSafe = isJsonSafe(value)): string | undefined {
  if (typeof value !== "object" || value === null || !isSafe) return undefined;
  try {
    const text = JSON.stringify(value);
    return text.length < MAX_COLUMN_TEXT ? text : undefined;
  } catch {
    // Longer than a string can be, or a getter that answers differently now: the codec has the words for that.
    return undefined;
  }
}

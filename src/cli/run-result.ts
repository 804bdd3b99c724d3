import { inspect } from "node:util";
import { CommandFailure } from "./command-failure.js";
import { EXIT } from "./exit-codes.js";

const MAX_SHOWN = 100;

/** The exit code that a method's result stands for; nothing stands for 0. */
export function toResultCode(
  result: unknown,
  { module, method }: { module: string; method: string | undefined },
): number {
  if (result === undefined) return 0;
  if (typeof result === "number" && Number.isInteger(result) && result >= 0 && result <= 255) return result;
  const shown = inspect(result, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, MAX_SHOWN);
  const what = method === undefined ? module : `${method} of ${module}`;
  throw new CommandFailure(
    EXIT.software,
    `${what} returned ${shown}; an exit code is an integer from 0 to 255, or nothing`,
  );
}

import { IsolationError } from "../../errors/index.js";
import type { EventText } from "./event-line.js";

/** An event of this process as a text tells it. */
export function toEventText(type: string, event: object): EventText {
  const { type: _, isolate = "", generation = 0, pid = 0, error, ...facts } = event as Record<string, unknown>;
  return {
    type,
    isolate: isolate as string,
    generation: generation as number,
    pid: pid as number,
    error: IsolationError.is(error) ? error.message : undefined,
    facts,
  };
}

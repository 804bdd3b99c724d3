import { invalidOption } from "../errors/index.js";
import { Recorder } from "../recording/index.js";
import type { ResolvedOptions } from "./options/index.js";

/** What keeps what the isolate and its host say, if that is asked for. @throws IsolationError INVALID_OPTION naming the file */
export function openRecorder({ record, name: isolate, from, lifecycle }: ResolvedOptions): Recorder | undefined {
  if (record === undefined) return undefined;
  try {
    return new Recorder(record, { isolate, from, lifecycle });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidOption("record.file", `a file that can be written (${why})`, record.file);
  }
}

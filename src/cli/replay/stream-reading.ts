import type { RecordedValue } from "../../recording/index.js";
import type { Difference } from "./difference.js";
import type { LineOf } from "./recorded-events.js";

type StreamLine = LineOf<"item" | "end" | "close" | "resume">;

export interface StreamReading {
  decode(line: StreamLine, value: RecordedValue): { readonly value: unknown } | undefined;
  /** Whether they are the same. */
  compare(line: StreamLine, expected: unknown, received: unknown, path: readonly string[]): boolean;
  differ(line: StreamLine, difference: Difference): void;
}

/** Reads a stream as far as it was read, and compares what comes. Never rejects. */
export async function readAsRecorded(
  stream: AsyncIterable<unknown>,
  lines: readonly StreamLine[],
  reading: StreamReading,
): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  let items = 0;
  for (const line of lines) {
    if (line.kind === "close") break;
    if (line.kind === "resume") continue;
    const path = `item ${items + 1}`;
    items += 1;
    const next = await iterator.next().catch((error: unknown) => ({ error }));
    if (line.kind === "end") {
      ended(line, next, path, reading);
      return;
    }
    const expected = reading.decode(line, line.value);
    if (expected === undefined) continue;
    if ("error" in next) reading.differ(line, { path, expected: expected.value, received: next.error });
    else if (next.done === true)
      reading.differ(line, { path, expected: expected.value, received: "the end of the stream" });
    else if (reading.compare(line, expected.value, next.value, [path])) continue;
    break;
  }
  // It was left there.
  await iterator.return?.().catch(() => {});
}

type Next = IteratorResult<unknown> | { readonly error: unknown };

function ended(line: LineOf<"end">, next: Next, path: string, reading: StreamReading): void {
  if (line.error === undefined) {
    if ("error" in next) reading.differ(line, { path, expected: "the end of the stream", received: next.error });
    else if (next.done !== true)
      reading.differ(line, { path, expected: "the end of the stream", received: next.value });
    return;
  }
  const expected = reading.decode(line, line.error);
  if (expected === undefined) return;
  if ("error" in next) reading.compare(line, expected.value, next.error, ["error"]);
  else reading.differ(line, { path: "error", expected: expected.value, received: next.value });
}

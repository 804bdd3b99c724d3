import type { KernelServiceLogsRequest, KernelServiceLogsResponse, LogLine } from "../../contract/kernel.js";
import { contentOf, type KernelLogLine, LogFollower } from "../logs/index.js";
import { checkNames } from "./isolate-names.js";
import { logLineMessage } from "./log-message.js";
import type { KernelCall } from "./method.js";
import type { KernelOperations } from "./operations.js";

/** Lines in one message, and bytes of their text, from which on another one is begun. */
export const MESSAGE_LINES = 256;
const MESSAGE_BYTES = 256 * 1024;

/** The last lines, and with `follow` those to come, until the kernel has stopped. */
export async function* readLogs(
  kernel: KernelOperations,
  { isolates, tail, follow, structured }: KernelServiceLogsRequest,
  call: KernelCall,
): AsyncGenerator<KernelServiceLogsResponse, void, undefined> {
  const wanted = checkNames(kernel, isolates);
  const kept = kernel.logs.tail(wanted, tail);
  const follower = follow ? new LogFollower(kernel.logs, kernel.over, wanted) : undefined;
  const stop = (): void => follower?.end();
  call.signal.addEventListener("abort", stop, { once: true });
  try {
    call.sendHeaders();
    yield* inMessages(kept, 0, structured);
    while (follower !== undefined) {
      const { lines, dropped } = await follower.next();
      if (lines.length === 0) return;
      yield* inMessages(lines, dropped, structured);
    }
  } finally {
    follower?.end();
    call.signal.removeEventListener("abort", stop);
  }
}

function* inMessages(
  lines: readonly KernelLogLine[],
  dropped: number,
  structured: boolean,
): Generator<KernelServiceLogsResponse> {
  const toMessage = (line: KernelLogLine): LogLine => logLineMessage(line, structured ? contentOf(line) : undefined);
  let part: KernelLogLine[] = [];
  let bytes = 0;
  let before = dropped;
  for (const line of lines) {
    if (part.length >= MESSAGE_LINES || bytes >= MESSAGE_BYTES) {
      yield { lines: part.map(toMessage), dropped: before };
      part = [];
      bytes = 0;
      before = 0;
    }
    part.push(line);
    bytes += line.text.length;
  }
  if (part.length > 0) yield { lines: part.map(toMessage), dropped: before };
}

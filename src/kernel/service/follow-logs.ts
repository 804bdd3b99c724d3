import type { KernelServiceLogsRequest, KernelServiceLogsResponse } from "../../contract/kernel.js";
import type { KernelLogLine } from "../logs.js";
import { BoundedQueue } from "./bounded-queue.js";
import { checkNames } from "./isolate-names.js";
import { logLineMessage } from "./log-message.js";
import type { KernelCall } from "./method.js";
import type { KernelOperations } from "./operations.js";

/** Lines, and bytes of their text, that may wait for one reader; the oldest are dropped then. */
export const WAITING_LINES = 4_096;
export const WAITING_BYTES = 1024 * 1024;

/** Lines in one message, and bytes of their text, from which on another one is begun. */
export const MESSAGE_LINES = 256;
const MESSAGE_BYTES = 256 * 1024;

/** The last lines, and with `follow` those to come, until the kernel has stopped. */
export async function* readLogs(
  kernel: KernelOperations,
  { isolates, tail, follow }: KernelServiceLogsRequest,
  call: KernelCall,
): AsyncGenerator<KernelServiceLogsResponse, void, undefined> {
  const wanted = checkNames(kernel, isolates);
  const kept = kernel.logs.tail(wanted, tail);
  const follower = follow ? new Follower(kernel, wanted) : undefined;
  const stop = (): void => follower?.end();
  call.signal.addEventListener("abort", stop, { once: true });
  try {
    call.sendHeaders();
    yield* inMessages(kept, 0);
    while (follower !== undefined) {
      const { lines, dropped } = await follower.next();
      if (lines.length === 0) return;
      yield* inMessages(lines, dropped);
    }
  } finally {
    follower?.end();
    call.signal.removeEventListener("abort", stop);
  }
}

/** Lines as they are written, for a reader that may be too slow for them. */
class Follower {
  #bytes = 0;
  #dropped = 0;
  readonly #queue: BoundedQueue<KernelLogLine>;
  readonly #forget: (() => void)[];

  constructor({ logs, over }: KernelOperations, wanted: ReadonlySet<string> | undefined) {
    this.#queue = new BoundedQueue(WAITING_LINES, () => this.#drop());
    const end = (): void => this.#queue.end();
    over.addEventListener("abort", end, { once: true });
    this.#forget = [
      () => over.removeEventListener("abort", end),
      logs.follow((line) => {
        if (wanted?.has(line.isolate) !== false) this.#push(line);
      }),
    ];
  }

  async next(): Promise<{ lines: readonly KernelLogLine[]; dropped: number }> {
    const lines = await this.#queue.next();
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#bytes = 0;
    return { lines, dropped };
  }

  end(): void {
    this.#queue.end();
    for (const forget of this.#forget) forget();
  }

  #push(line: KernelLogLine): void {
    this.#bytes += line.text.length;
    while (this.#bytes > WAITING_BYTES && this.#drop());
    this.#queue.push(line);
  }

  #drop(): boolean {
    const oldest = this.#queue.drop();
    if (oldest === undefined) return false;
    this.#bytes -= oldest.text.length;
    this.#dropped += 1;
    return true;
  }
}

function* inMessages(lines: readonly KernelLogLine[], dropped: number): Generator<KernelServiceLogsResponse> {
  let part: KernelLogLine[] = [];
  let bytes = 0;
  let before = dropped;
  for (const line of lines) {
    if (part.length >= MESSAGE_LINES || bytes >= MESSAGE_BYTES) {
      yield { lines: part.map(logLineMessage), dropped: before };
      part = [];
      bytes = 0;
      before = 0;
    }
    part.push(line);
    bytes += line.text.length;
  }
  if (part.length > 0) yield { lines: part.map(logLineMessage), dropped: before };
}

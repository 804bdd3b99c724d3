import type { KernelServiceWatchRequest, KernelServiceWatchResponse } from "../../contract/kernel.js";
import { GrpcError, GrpcStatus } from "../../grpc/index.js";
import { BoundedQueue } from "../logs/index.js";
import { isolateEventMessage, kernelEventMessage, pastEventMessage } from "./event-message.js";
import { checkNames } from "./isolate-names.js";
import type { KernelCall } from "./method.js";
import type { KernelOperations } from "./operations.js";

/** Events that may wait for one reader; a few hundred bytes each. */
export const WAITING_EVENTS = 1_024;

const KERNEL_EVENTS = ["escalated", "exhausted", "stopping"] as const;

/** The last events that are wanted, and every one from now on, until the kernel has stopped. */
export async function* watchEvents(
  kernel: KernelOperations,
  { isolates, tail }: KernelServiceWatchRequest,
  call: KernelCall,
): AsyncGenerator<KernelServiceWatchResponse, void, undefined> {
  const wanted = checkNames(kernel, isolates);
  const queue = new BoundedQueue<KernelServiceWatchResponse>(WAITING_EVENTS, (full) => full.end(tooSlow()));
  const past = kernel.history.tail(wanted, tail);
  const forget = listen(kernel, wanted, queue);
  const stop = (): void => queue.end();
  call.signal.addEventListener("abort", stop, { once: true });
  try {
    call.sendHeaders();
    for (const event of past) yield { event: pastEventMessage(event) };
    for (;;) {
      const events = await queue.next();
      if (events.length === 0) return;
      yield* events;
    }
  } finally {
    forget();
    call.signal.removeEventListener("abort", stop);
  }
}

function listen(
  { events, over }: KernelOperations,
  wanted: ReadonlySet<string> | undefined,
  queue: BoundedQueue<KernelServiceWatchResponse>,
): () => void {
  const forget: (() => void)[] = [];
  const onIsolate = (event: Parameters<typeof isolateEventMessage>[0]): void => {
    // What isolates write is read by Logs.
    if (event.type === "stdout" || event.type === "stderr" || wanted?.has(event.isolate) === false) return;
    queue.push({ event: isolateEventMessage(event) });
  };
  events.on("isolate", onIsolate);
  forget.push(() => events.off("isolate", onIsolate));
  let last = {};
  for (const name of KERNEL_EVENTS) {
    const onEvent = (facts: object): void => {
      if (name === "stopping") last = facts;
      queue.push({ event: kernelEventMessage(name, facts) });
    };
    events.on(name, onEvent);
    forget.push(() => events.off(name, onEvent));
  }
  // The kernel tells the world only once its front door is closed.
  const onOver = (): void => {
    queue.push({ event: kernelEventMessage("stopped", last) });
    queue.end();
  };
  over.addEventListener("abort", onOver, { once: true });
  forget.push(() => over.removeEventListener("abort", onOver));
  return () => {
    for (const one of forget) one();
  };
}

function tooSlow(): GrpcError {
  const message = `more than ${WAITING_EVENTS} events waited for the reader of this stream: List, and Watch again`;
  return new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, message);
}

import type { Member } from "./member.js";
import type { PoolPolicy } from "./options/index.js";
import type { PoolPublisher } from "./pool-events.js";

/** Tells that a process takes calls, and why there is one more. @param pool how many there are now, and how many were restarted */
export function tellStarted(
  publisher: PoolPublisher,
  { purpose, isolate: { isolator }, generation, isOpen, pid }: Member,
  { min, spares }: PoolPolicy,
  { restarts, processes }: { readonly restarts: number; readonly processes: number },
): void {
  const facts = { isolate: isolator.name, generation, pid };
  if (purpose.kind === "restart") publisher.emit("restarted", { ...facts, restarts });
  else if (purpose.kind === "recycle") publisher.emit("recycled", { ...facts, predecessor: purpose.predecessor });
  else {
    publisher.emit("started", facts);
    if (isOpen && processes > Math.max(min, spares)) publisher.emit("scaledUp", { ...facts, processes });
  }
}

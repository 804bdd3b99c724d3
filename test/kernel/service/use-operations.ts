import { EventEmitter } from "node:events";
import { EventHistory } from "../../../src/kernel/event-history.js";
import type { KernelEvents } from "../../../src/kernel/events.js";
import { Logs } from "../../../src/kernel/logs/index.js";
import { readManifest } from "../../../src/kernel/manifest/index.js";
import { Tokens } from "../../../src/kernel/routing/index.js";
import type { KernelOperations } from "../../../src/kernel/service/index.js";
import { kernelFixture } from "../use-kernel.js";

const never = (): never => {
  throw new Error("nobody asks for this here");
};

/** A kernel of which only events and logs are looked at, so that a reader can be made as slow as it gets. */
export async function useOperations(): Promise<{
  kernel: KernelOperations;
  events: EventEmitter<KernelEvents>;
  over: AbortController;
}> {
  const events = new EventEmitter<KernelEvents>();
  const over = new AbortController();
  const manifest = await readManifest({ name: "slow", isolates: { store: { module: kernelFixture("store.mjs") } } });
  const kernel: KernelOperations = {
    manifest,
    startedAt: 0,
    over: over.signal,
    events,
    logs: new Logs(),
    history: new EventHistory(new EventEmitter<KernelEvents>()),
    tokens: new Tokens(),
    list: () => [],
    status: never,
    capabilities: never,
    calls: never,
    start: never,
    stop: never,
    restart: never,
    replace: never,
    invoke: never,
    shutdown: never,
  };
  return { kernel, events, over };
}

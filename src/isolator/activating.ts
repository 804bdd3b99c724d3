import { AsyncLocalStorage } from "node:async_hooks";
import type { Generation } from "../supervision/index.js";

/** A generation whose `onGeneration` runs: no call but those of that function reaches it. */
export interface Activating {
  /** The isolate that it is of. */
  readonly owner: object;
  readonly live: Generation;
  isOver: boolean;
}

const storage = new AsyncLocalStorage<Activating>();

/** Zero nearly always: then no call pays for the look into the storage. */
let running = 0;

/** Runs `onGeneration`, so that what it does with the isolate's own handle is known as its doing. */
export async function activating(activation: Activating, run: () => unknown): Promise<void> {
  running += 1;
  try {
    await storage.run(activation, run);
  } finally {
    activation.isOver = true;
    running -= 1;
    // On Node 20 every promise pays for a storage that is in use.
    if (running === 0) storage.disable();
  }
}

/** The generation that whoever runs now is preparing for this isolate; `undefined` for everybody else. */
export function activatingNow(owner: object): Generation | undefined {
  if (running === 0) return undefined;
  const activation = storage.getStore();
  return activation === undefined || activation.isOver || activation.owner !== owner ? undefined : activation.live;
}

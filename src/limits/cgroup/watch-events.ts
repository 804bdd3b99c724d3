import { watch } from "node:fs";

/** A watch that has to be closed. */
export interface EventsWatch {
  close(): void;
}

/** Calls `listener` when the kernel changes an events file of version 2. Undefined where that is not there. */
export function watchEvents(path: string, listener: () => void): EventsWatch | undefined {
  try {
    const watcher = watch(path, { persistent: false }, listener);
    // The group was removed.
    watcher.on("error", () => {});
    return watcher;
  } catch {
    return undefined;
  }
}

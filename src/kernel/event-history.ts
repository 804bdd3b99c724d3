import type { IsolateEvent, KernelEventSource, KernelEvents } from "./events.js";

/** Events that are kept of each isolate, and of the kernel itself. */
export const KEPT_EVENTS = 16;

/** Something that has happened, and when. */
export type PastEvent = { readonly time: number } & (
  | { readonly name: "isolate"; readonly event: IsolateEvent }
  | { readonly name: (typeof OWN)[number]; readonly event: object }
);

const OWN = ["escalated", "exhausted", "stopping"] as const satisfies readonly (keyof KernelEvents)[];

/** What happened last in a kernel, for whoever comes to see why something has died. */
export class EventHistory {
  /** By isolate; those of the kernel itself under "", which no isolate is called. */
  readonly #kept = new Map<string, { readonly past: PastEvent; readonly order: number }[]>();
  #order = 0;

  constructor(events: KernelEventSource) {
    events.on("isolate", (event) => {
      // Those are in the logs.
      if (event.type === "stdout" || event.type === "stderr") return;
      this.#keep(event.isolate, { time: Date.now(), name: "isolate", event });
    });
    for (const name of OWN) events.on(name, (event: object) => this.#keep("", { time: Date.now(), name, event }));
  }

  /** The last events of the kernel and of these isolates, in the order in which they happened; at most `most` of each. */
  tail(isolates: ReadonlySet<string> | undefined, most: number): PastEvent[] {
    if (most === 0) return [];
    return [...this.#kept]
      .filter(([name]) => name === "" || isolates?.has(name) !== false)
      .flatMap(([, kept]) => kept.slice(-most))
      .sort((a, b) => a.order - b.order)
      .map(({ past }) => past);
  }

  #keep(isolate: string, past: PastEvent): void {
    const kept = this.#kept.get(isolate) ?? [];
    this.#kept.set(isolate, kept);
    this.#order += 1;
    kept.push({ past, order: this.#order });
    if (kept.length > KEPT_EVENTS) kept.shift();
  }
}

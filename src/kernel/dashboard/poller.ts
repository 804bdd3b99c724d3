import type { KernelServiceListResponse } from "../../contract/kernel.js";
import { REQUESTS } from "../connect/requests.js";
import type { KernelPort } from "./kernel-port.js";
import type { Point, Reading } from "./messages.js";
import { pointOf, Readings } from "./readings.js";

/** Milliseconds between two readings, and between two looks at the states alone. */
export const EVERY_MS = 1_000;
const STATES_MS = 100;

/** After so long without a reader, in milliseconds, what was kept is no beginning of what comes. */
const STALE_MS = 5_000;

/** Points that are kept of each isolate: two minutes. */
export const KEPT_POINTS = 120;

/** Told of each reading. */
export type OnReadings = (readings: readonly Reading[], isPoint: boolean) => void;

/** Asks a kernel how its isolates are, while there is somebody who looks: once for all who do. */
export class Poller {
  readonly #port: KernelPort;
  readonly #readings = new Readings();
  readonly #watchers = new Set<OnReadings>();
  readonly #history = new Map<string, Point[]>();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  /** One request at a time, and no more than one that waits. */
  #asking: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #restedAt = 0;

  constructor(port: KernelPort) {
    this.#port = port;
  }

  /** The points of each isolate, oldest first. */
  get history(): Record<string, readonly Point[]> {
    return Object.fromEntries(this.#history);
  }

  /** Calls `onReadings` with every reading from now on; the result ends that. */
  watch(onReadings: OnReadings): () => void {
    this.#watchers.add(onReadings);
    if (this.#timer === undefined) {
      // A line through a time in which nobody looked would be made up.
      if (performance.now() - this.#restedAt > STALE_MS) this.#history.clear();
      this.#timer = setInterval(() => void this.#read(true), EVERY_MS);
      this.#timer.unref();
    }
    return () => {
      this.#watchers.delete(onReadings);
      if (this.#watchers.size === 0) this.#rest();
    };
  }

  /** Reads now. @throws why the kernel does not answer */
  async read(): Promise<{ readonly kernel: KernelServiceListResponse; readonly readings: Reading[] }> {
    const kernel = await this.#list(true);
    return { kernel, readings: this.#readings.full(kernel) };
  }

  /** Something has happened: states are looked at again soon, however often it does. */
  nudge(): void {
    if (this.#timer === undefined || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.#read(false);
    }, STATES_MS);
    this.#soon.unref();
  }

  #rest(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
    this.#restedAt = performance.now();
  }

  #read(isPoint: boolean): Promise<unknown> {
    if (this.#waiting > 0) return this.#asking;
    this.#waiting += 1;
    this.#asking = this.#asking.then(async () => {
      this.#waiting -= 1;
      if (this.#timer === undefined) return;
      try {
        const answer = await this.#list(isPoint);
        const readings = isPoint ? this.#readings.full(answer) : this.#readings.states(answer);
        if (isPoint) this.#keep(readings);
        for (const tell of this.#watchers) tell(readings, isPoint);
      } catch {
        // The kernel ends, which its events tell; or the next reading answers.
      }
    });
    return this.#asking;
  }

  #keep(readings: readonly Reading[]): void {
    for (const reading of readings) {
      const points = this.#history.get(reading.name) ?? [];
      points.push(pointOf(reading));
      if (points.length > KEPT_POINTS) points.shift();
      this.#history.set(reading.name, points);
    }
  }

  #list(withStatus: boolean): Promise<KernelServiceListResponse> {
    return this.#port.unary("List", REQUESTS.List, { withStatus });
  }
}

import type {
  EventFacts,
  GraphNode,
  Hello,
  Point,
  Reading,
  ServerMessage,
  Update,
} from "../../src/kernel/dashboard/messages.js";
import type { Connection } from "./connection.js";
import { LogBuffer } from "./log-buffer.js";
import { LogView } from "./log-view.js";

/** What may change by itself: who shows it is told. */
export type Topic = "kernel" | "readings" | "events" | "lines" | "connection";

const KEPT_POINTS = 120;
const KEPT_EVENTS = 400;
const KEPT_DEATHS = 20;

/** All that the page knows. */
export class Model {
  readonly logs = new LogBuffer();
  readonly view = new LogView(this.logs);
  kernel: Hello | undefined;
  readings: readonly Reading[] = [];
  history = new Map<string, readonly Point[]>();
  /** The newest last. */
  events: readonly EventFacts[] = [];
  /** Deaths and failed starts of each isolate, the newest first. */
  deaths = new Map<string, readonly EventFacts[]>();
  connection: Connection = { kind: "connecting" };
  /** Lines that were too many to be shown. */
  dropped = 0;
  /** Lines that have come since the page was opened. */
  arrived = 0;
  /** The server's clock, less that of this machine's browser. */
  #skewMs = 0;
  readonly #listeners = new Map<Topic, Set<() => void>>();

  get graph(): readonly GraphNode[] {
    return this.kernel?.graph ?? [];
  }

  /** By the server's clock. */
  get now(): number {
    return Date.now() + this.#skewMs;
  }

  reading(name: string): Reading | undefined {
    return this.readings.find((one) => one.name === name);
  }

  listen(topic: Topic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  connected(connection: Connection): void {
    this.connection = connection;
    this.#tell("connection");
  }

  take(message: ServerMessage): void {
    if (message.kind === "hello") this.#begin(message);
    else if (message.kind === "update") this.#update(message);
    else this.connected({ kind: "ended", reason: message.reason });
  }

  clearLines(): void {
    this.view.clear();
    this.dropped = 0;
    this.#tell("lines");
  }

  #begin(hello: Hello): void {
    const isAnother = hello.pid !== this.kernel?.pid || hello.startedAt !== this.kernel.startedAt;
    if (isAnother) this.logs.clear();
    this.logs.begin(hello.graph.length);
    if (isAnother) this.view.choose(this.view.filter);
    this.kernel = hello;
    this.#skewMs = hello.now - Date.now();
    this.readings = hello.readings;
    this.history = new Map(Object.entries(hello.history));
    this.events = [];
    this.deaths = new Map();
    this.connected({ kind: "live" });
    for (const topic of ["kernel", "readings", "events", "lines"] as const) this.#tell(topic);
  }

  #update({ readings, isPoint, events, lines, dropped }: Update): void {
    if (readings !== undefined) this.#read(readings, isPoint === true);
    if (events !== undefined) this.#happened(events);
    if (dropped !== undefined) for (const count of Object.values(dropped)) this.dropped += count;
    if (lines !== undefined) this.arrived += this.view.push(this.logs.push(lines));
    if (lines !== undefined || dropped !== undefined) this.#tell("lines");
  }

  #read(readings: readonly Reading[], isPoint: boolean): void {
    this.readings = readings;
    if (isPoint) {
      for (const { name, rssBytes, cpuPercent, callsPerSecond } of readings) {
        const points = [...(this.history.get(name) ?? []), { rssBytes, cpuPercent, callsPerSecond }];
        this.history.set(name, points.slice(-KEPT_POINTS));
      }
    }
    this.#tell("readings");
  }

  #happened(events: readonly EventFacts[]): void {
    this.events = [...this.events, ...events].slice(-KEPT_EVENTS);
    for (const event of events.filter(isDeath)) {
      const known = this.deaths.get(event.isolate) ?? [];
      this.deaths.set(event.isolate, [event, ...known].slice(0, KEPT_DEATHS));
    }
    this.#tell("events");
  }

  #tell(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }
}

/** An end that nobody had asked for, and a start that came to nothing. */
export function isDeath({ type, death }: EventFacts): boolean {
  if (type === "startFailed") return true;
  return death !== undefined && !["requested", "terminated"].includes(death.reason);
}

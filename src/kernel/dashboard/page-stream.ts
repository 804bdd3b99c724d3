import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { GraphIsolate, KernelServiceListResponse, LogLine } from "../../contract/kernel.js";
import { PACKAGE_VERSION } from "../../process/index.js";
import { REQUESTS } from "../connect/requests.js";
import { contentOf } from "../logs/index.js";
import { fromTimestamp, logLineOf, MESSAGE_LINES } from "../service/index.js";
import { eventFacts } from "./event-facts.js";
import { LINE_CHARACTERS, linesOfEach } from "./fair-lines.js";
import type { KernelPort } from "./kernel-port.js";
import type { GraphNode, Hello, LineFacts, ServerMessage } from "./messages.js";
import { Outbox } from "./outbox.js";
import { EVERY_MS, type Poller } from "./poller.js";

/** Milliseconds between two messages to a page, and between two looks at the log. */
const MESSAGE_MS = 100;
const LOG_MS = 50;

/** A page that has not read for so long, in milliseconds, is disconnected: it comes back by itself when it wakes up. */
const ASLEEP_MS = 30_000;

/** What a page gets of the past, of each isolate. */
const PAST_EVENTS = 16;

/** All that is read for one page goes through here, so that it ends with it. */
export interface PageStream {
  readonly port: KernelPort;
  readonly poller: Poller;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

/**
 * Tells one page everything until it goes, or the kernel ends. What a page does not read is not written: then the log is not
 * read for it, either, and the kernel drops lines.
 */
export async function streamToPage(page: PageStream): Promise<void> {
  const { port, poller, response, signal } = page;
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener("abort", end, { once: true });
  const writer = new Writer(response, over);
  const options = { signal: over.signal, isBackground: true };
  let forget = (): void => {};
  try {
    const events = await port.stream("Watch", REQUESTS.Watch, { isolates: [], tail: PAST_EVENTS }, options);
    const { isolates: graph } = await port.unary("Graph", REQUESTS.Graph, {}, options);
    const { kernel, readings } = await poller.read();
    const lines = { isolates: [], tail: linesOfEach(graph.length), follow: true, structured: false };
    const logs = await port.stream("Logs", REQUESTS.Logs, lines, options);
    const outbox = new Outbox(graph.length);
    await writer.send({ ...helloOf(kernel, graph), readings, history: poller.history });
    forget = poller.watch((now, isPoint) => outbox.readings(now, isPoint));
    void readLines(logs, outbox, writer, over.signal);
    const reason = await Promise.race([writeAll(outbox, writer, over.signal), readEvents(events, outbox, page)]);
    if (!over.signal.aborted && reason !== undefined) {
      await writer.send(outbox.take());
      await writer.send({ kind: "ended", reason });
    }
  } finally {
    forget();
    over.abort();
    signal.removeEventListener("abort", end);
  }
}

/** Writes to a page no faster than it reads. */
class Writer {
  readonly #response: ServerResponse;
  readonly #over: AbortController;
  #drained: Promise<void> = Promise.resolve();

  constructor(response: ServerResponse, over: AbortController) {
    this.#response = response;
    this.#over = over;
    response.once("close", () => over.abort());
  }

  /** Resolves when the page keeps up. */
  get drained(): Promise<void> {
    return this.#drained;
  }

  async send(message: ServerMessage): Promise<void> {
    if (this.#over.signal.aborted) return;
    // JSON has no line break in it.
    if (!this.#response.write(`data: ${JSON.stringify(message)}\n\n`)) this.#drained = this.#drain();
    await this.#drained;
  }

  async #drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      const asleep = setTimeout(() => this.#response.destroy(), ASLEEP_MS);
      asleep.unref();
      const done = (): void => {
        clearTimeout(asleep);
        this.#response.off("drain", done).off("close", done);
        resolve();
      };
      this.#response.once("drain", done).once("close", done);
    });
  }
}

/** Resolves with the reason when the kernel has ended. */
async function readEvents(
  events: AsyncIterable<{ readonly event?: Parameters<typeof eventFacts>[0] | undefined }>,
  outbox: Outbox,
  { poller }: PageStream,
): Promise<string | undefined> {
  try {
    for await (const { event } of events) {
      if (event === undefined) continue;
      const facts = eventFacts(event);
      if (facts.type === "kernel.stopped") return facts.text || "it was stopped";
      outbox.event(facts);
      poller.nudge();
    }
    return "it has ended";
  } catch {
    // This page was too slow, or the kernel cannot be reached: the page begins anew.
    return undefined;
  }
}

async function readLines(
  logs: AsyncIterable<{ readonly lines: readonly LogLine[]; readonly dropped: number }>,
  outbox: Outbox,
  writer: Writer,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const { lines, dropped } of logs) {
      outbox.lost(dropped);
      for (const line of lines) outbox.line(lineFacts(line));
      await writer.drained;
      // There is no more for now: what comes meanwhile is read together.
      if (lines.length < MESSAGE_LINES) await sleep(LOG_MS, undefined, { signal, ref: false });
    }
  } catch {
    // As above; what ends the events ends the page.
  }
}

async function writeAll(outbox: Outbox, writer: Writer, signal: AbortSignal): Promise<undefined> {
  while (!signal.aborted) {
    await outbox.filled(signal);
    if (signal.aborted) return;
    await writer.send(outbox.take());
    await sleep(MESSAGE_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}

function helloOf(
  kernel: KernelServiceListResponse,
  graph: readonly GraphIsolate[],
): Omit<Hello, "readings" | "history"> {
  return {
    kind: "hello",
    kernel: kernel.kernel,
    pid: kernel.pid,
    file: kernel.file,
    startedAt: fromTimestamp(kernel.startedAt),
    version: PACKAGE_VERSION ?? "",
    now: Date.now(),
    graph: graph.map(nodeOf),
    everyMs: EVERY_MS,
  };
}

function nodeOf({ name, dependencies, uses }: GraphIsolate): GraphNode {
  return {
    name,
    dependencies,
    uses: uses.map(({ target, exports, allExports, lazy, handOn }) => ({
      target,
      exports: allExports ? "*" : exports,
      lazy,
      handOn,
    })),
  };
}

function lineFacts(message: LogLine): LineFacts {
  const { isolate, time, generation, pid, stream, text, partial } = logLineOf(message);
  const line = { isolate, time, generation, pid, stream, ...(partial ? { partial } : {}) };
  const cut = text.length - LINE_CHARACTERS;
  if (cut <= 0) return { ...line, text };
  const { level } = contentOf({ text, partial });
  return { ...line, text: text.slice(0, LINE_CHARACTERS), cut, ...(level === undefined ? {} : { level }) };
}

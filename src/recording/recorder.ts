import { type ExitOutcome, LogFile, PACKAGE_VERSION } from "../process/index.js";
import { decodeFrame, type Lane, PREFIX_LENGTH } from "../session/index.js";
import { factsOf, type Handles } from "./frame-facts.js";
import {
  RECORD_VERSION,
  type RecordedFact,
  type RecordedValue,
  type RecordHeader,
  type Side,
} from "./record-format.js";

export interface RecorderOptions {
  readonly file: string;
  /** Infinity for no bound. */
  readonly maxBytes: number;
  /** Changes what is kept of values: called with each property of what crosses, as JSON says it. */
  readonly redact: ((key: string, value: unknown) => unknown) | undefined;
}

/** The files that isolates of this process record into: two into one would be no record of either. */
const inUse = new Set<string>();

const VALUES = ["args", "value", "error", "reason"] as const;

/** Keeps what an isolate and its host say to each other, in a file that `pihost replay` reads. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #begun = performance.now();
  readonly #file: LogFile;
  readonly #processes = new WeakMap<object, number>();
  #started = 0;

  /** @throws what keeps the file from being opened */
  constructor(options: RecorderOptions, about: Pick<RecordHeader, "isolate" | "from" | "lifecycle">) {
    const { file, maxBytes } = options;
    if (inUse.has(file)) throw new Error("another isolate of this host records into it");
    this.#options = options;
    const header: RecordHeader = {
      record: "process-isolation",
      version: RECORD_VERSION,
      ...about,
      begun: new Date().toISOString(),
      host: PACKAGE_VERSION ?? "",
      runtime: `node ${process.version}`,
    };
    this.#file = new LogFile(file, maxBytes, {
      what: "what an isolate is called with is",
      mode: 0o600,
      isFresh: true,
      head: (isFirst) => `${JSON.stringify(isFirst ? header : { ...header, continues: true })}\n`,
    });
    inUse.add(file);
  }

  /** A lane to a process, whose messages are kept both ways. The process waits while the file does not keep up. */
  tap(lane: Lane, of: object, about: { readonly generation: number; readonly pid: number }): Lane {
    this.#started += 1;
    const number = this.#started;
    this.#processes.set(of, number);
    this.#write({ kind: "process", ...about }, number);
    return new RecordedLane(lane, this.#file, (frame, side, handles) => this.#keep(frame, side, handles, number));
  }

  /** A process has ended. */
  exited(of: object, outcome: ExitOutcome): void {
    const number = this.#processes.get(of);
    if (number === undefined) return;
    const { reason, description } = outcome;
    const how = outcome.kind === "exited" ? { code: outcome.code } : { signal: outcome.signal };
    this.#write({ kind: "exit", reason, description, ...how }, number);
  }

  /** Nothing is kept any more. What was is in the file soon. */
  close(): void {
    inUse.delete(this.#options.file);
    this.#file.end();
  }

  #keep(frame: Buffer, by: Side, handles: Handles, process: number): void {
    try {
      for (const fact of factsOf(decodeFrame(frame), by, handles)) this.#write(fact, process);
    } catch {
      // The session says what is wrong with it.
      this.#write({ kind: "broken", by, bytes: frame.length }, process);
    }
  }

  #write(fact: RecordedFact, process: number): void {
    if (this.#file.writableEnded || this.#file.destroyed) return;
    const at = Math.round((performance.now() - this.#begun) * 10) / 10;
    const { redact } = this.#options;
    const line = { at, process, ...(redact === undefined ? fact : redacted(fact, redact)) };
    this.#file.write(`${JSON.stringify(line)}\n`);
  }
}

/** A fact with what may be kept of its values. */
function redacted(fact: RecordedFact, redact: NonNullable<RecorderOptions["redact"]>): RecordedFact {
  // It is a part of a value that nobody can look into before it is whole.
  if (fact.kind === "chunk") return { ...fact, data: "" };
  if (fact.kind === "exit") return fact;
  const changed: Record<string, unknown> = { ...fact };
  for (const name of VALUES) {
    const value = changed[name] as RecordedValue | undefined;
    if (value !== undefined) changed[name] = redactedValue(value, redact);
  }
  return changed as unknown as RecordedFact;
}

function redactedValue(value: RecordedValue, redact: NonNullable<RecorderOptions["redact"]>): RecordedValue {
  if ("place" in value) return { lost: "a value of this size is not kept where values are redacted" };
  try {
    return JSON.parse(JSON.stringify(value, (key, part) => (key === "" ? part : redact(key, part)))) as RecordedValue;
  } catch (error) {
    return { lost: `redact failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

type Keep = (frame: Buffer, by: Side, handles: Handles) => void;

class RecordedLane implements Lane {
  readonly #lane: Lane;
  readonly #file: LogFile;
  readonly #keep: Keep;
  readonly #ours: Handles = new Map();
  readonly #theirs: Handles = new Map();
  #onDrain: (() => void) | undefined;
  #isPaused = false;
  #isWaiting = false;

  constructor(lane: Lane, file: LogFile, keep: Keep) {
    this.#lane = lane;
    this.#file = file;
    this.#keep = keep;
  }

  send(message: Buffer, onSent: (isLost: boolean) => void): boolean {
    this.#keep(message.subarray(PREFIX_LENGTH), "host", this.#ours);
    const hasRoom = this.#lane.send(message, onSent);
    return !this.#waitForFile() && hasRoom;
  }

  listen(listener: Parameters<Lane["listen"]>[0]): void {
    this.#onDrain = () => listener.onDrain();
    this.#lane.listen({
      onFrame: (frame) => {
        this.#keep(frame, "isolate", this.#theirs);
        this.#waitForFile();
        listener.onFrame(frame);
      },
      onDrain: () => {
        if (!this.#isWaiting) listener.onDrain();
      },
      onClose: (error) => listener.onClose(error),
    });
  }

  pause(): void {
    this.#isPaused = true;
    this.#lane.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isWaiting) this.#lane.resume();
  }

  flushed(): Promise<void> {
    return this.#lane.flushed();
  }

  close(error?: Parameters<Lane["close"]>[0]): void {
    this.#lane.close(error);
  }

  /** Whether the file has more to write than it may; then nothing is read of the process until it has not. */
  #waitForFile(): boolean {
    if (this.#isWaiting || !this.#file.writableNeedDrain) return this.#isWaiting;
    this.#isWaiting = true;
    this.#lane.pause();
    const goOn = (): void => {
      this.#file.off("drain", goOn).off("close", goOn);
      this.#isWaiting = false;
      if (!this.#isPaused) this.#lane.resume();
      this.#onDrain?.();
    };
    this.#file.on("drain", goOn).on("close", goOn);
    return true;
  }
}

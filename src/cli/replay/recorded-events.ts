import type { ReadRecord, RecordedLine, RecordedTarget, Side } from "../../recording/index.js";

export type Line = RecordedLine & { readonly line: number };
export type LineOf<Kind extends Line["kind"]> = Extract<Line, { readonly kind: Kind }>;

/** The key of a call, reference, stream or payload: each side numbers its own, in each process. */
export function keyOf(process: number, by: Side, id: number): string {
  return `${process}:${by}:${id}`;
}

export function other(side: Side): Side {
  return side === "host" ? "isolate" : "host";
}

/** A call that the isolate has made, in the order in which it has. */
export interface CallOfIsolate {
  readonly call: LineOf<"call">;
  readonly answer: LineOf<"result"> | undefined;
}

/** What is in a record, by who asks for it. */
export class RecordedEvents {
  /** Answers, by the key of the call. */
  readonly answers = new Map<string, LineOf<"result">>();
  /** Lines about a stream, by the key of it as who lends it knows it. */
  readonly streams = new Map<string, LineOf<"item" | "end" | "close" | "resume">[]>();
  /** What the isolate has called of the host, by the target. */
  readonly fromIsolate = new Map<string, CallOfIsolate[]>();
  /** Methods of what the host has lent, by its key. */
  readonly methods = new Map<string, Set<string>>();
  /** Calls that were given up. */
  readonly cancelled = new Set<string>();

  constructor({ lines }: ReadRecord) {
    for (const line of lines) this.#note(line);
    for (const line of lines) {
      if (line.kind === "call" && line.by === "isolate") this.#noteCall(line);
    }
  }

  #note(line: Line): void {
    const { process } = line;
    switch (line.kind) {
      case "result":
        this.answers.set(keyOf(process, other(line.by), line.call), line);
        break;
      case "cancel":
        this.cancelled.add(keyOf(process, line.by, line.call));
        break;
      case "item":
      case "end":
      case "resume":
        this.#noteStream(keyOf(process, line.by, line.stream), line);
        break;
      case "close":
        this.#noteStream(keyOf(process, other(line.by), line.stream), line);
        break;
      default:
    }
  }

  #noteStream(key: string, line: LineOf<"item" | "end" | "close" | "resume">): void {
    const known = this.streams.get(key) ?? [];
    known.push(line);
    this.streams.set(key, known);
  }

  #noteCall(call: LineOf<"call">): void {
    const target = targetKey(call.process, call.to);
    const known = this.fromIsolate.get(target) ?? [];
    known.push({ call, answer: this.answers.get(keyOf(call.process, "isolate", call.call)) });
    this.fromIsolate.set(target, known);
    if (!("reference" in call.to)) return;
    const lent = keyOf(call.process, "host", call.to.reference);
    const methods = this.methods.get(lent) ?? new Set();
    methods.add(call.to.method);
    this.methods.set(lent, methods);
  }
}

/** What of the host an isolate calls. Modules are the same in each process; what was lent is not. */
export function targetKey(process: number, to: RecordedTarget): string {
  return "module" in to ? `${to.module}#${to.method}` : `${keyOf(process, "host", to.reference)}#${to.method}`;
}

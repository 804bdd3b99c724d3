/** The format of a record: docs/debugging.md says what each line is. */
export const RECORD_VERSION = 1;

/** The first line of every record. */
export interface RecordHeader {
  readonly record: "process-isolation";
  readonly version: number;
  readonly isolate: string;
  /** Where relative module names are resolved: a file URL. */
  readonly from: string;
  /** The modules whose `start()` and `stop()` the process calls itself; true for all. */
  readonly lifecycle: true | readonly string[];
  /** When it was begun, as ISO 8601. */
  readonly begun: string;
  /** The host's version of the package, and its runtime. */
  readonly host: string;
  readonly runtime: string;
  /** Set where the file goes on from one that was full. */
  readonly continues?: true;
}

/** Who said something: calls, references and payloads are numbered by each side, in each process. */
export type Side = "host" | "isolate";

/** A value as it travelled. */
export type RecordedValue =
  /** It was in a column of JSON, or is what a payload holds, with the bytes behind the text as base64. */
  | { readonly json: unknown }
  | { readonly text: unknown; readonly bytes?: string }
  /** It came in chunks. */
  | { readonly place: unknown }
  /** It is not kept, and why. */
  | { readonly lost: string };

export type RecordedTarget =
  | { readonly module: string; readonly method: string }
  | { readonly reference: number; readonly method: string };

/** What a line says, beside when (`at`, milliseconds since the record began) and of which process. */
export type RecordedFact =
  | { readonly kind: "process"; readonly generation: number; readonly pid: number }
  | {
      readonly kind: "call";
      readonly by: Side;
      readonly call: number;
      readonly to: RecordedTarget;
      readonly args: RecordedValue;
      readonly attempt?: number;
      readonly timeoutMs?: number;
      readonly trace?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "cancel"; readonly by: Side; readonly call: number }
  | {
      readonly kind: "result";
      readonly by: Side;
      readonly call: number;
      readonly value?: RecordedValue;
      readonly error?: RecordedValue;
    }
  | { readonly kind: "item"; readonly by: Side; readonly stream: number; readonly value: RecordedValue }
  | { readonly kind: "end"; readonly by: Side; readonly stream: number; readonly error?: RecordedValue }
  | { readonly kind: "close"; readonly by: Side; readonly stream: number; readonly error?: RecordedValue }
  | { readonly kind: "resume"; readonly by: Side; readonly stream: number }
  | { readonly kind: "abort"; readonly by: Side; readonly signal: number; readonly reason?: RecordedValue }
  | {
      readonly kind: "chunk";
      readonly by: Side;
      readonly payload: number;
      readonly data: string;
      readonly dropped?: true;
    }
  | { readonly kind: "broken"; readonly by: Side; readonly bytes: number }
  | {
      readonly kind: "exit";
      readonly reason: string;
      readonly description: string;
      readonly code?: number;
      readonly signal?: string;
    };

export type RecordedLine = RecordedFact & { readonly at: number; readonly process: number };

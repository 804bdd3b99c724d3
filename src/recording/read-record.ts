import { createReadStream } from "node:fs";
import { RECORD_VERSION, type RecordedLine, type RecordHeader } from "./record-format.js";
import { LineSplitter } from "./split-lines.js";

/** A record that was read. */
export interface ReadRecord {
  readonly header: RecordHeader;
  /** Each with the number of its line, from 2. */
  readonly lines: readonly (RecordedLine & { readonly line: number })[];
  /** Whether the last line has no end, as when the host was killed: it is left out. */
  readonly isCutOff: boolean;
}

/** What each kind of line must have. */
const FIELDS: { readonly [kind: string]: Readonly<Record<string, (value: unknown) => boolean>> } = {
  process: { generation: isCount, pid: isCount },
  call: { by: isSide, call: isCount, to: isTarget, args: isValue },
  cancel: { by: isSide, call: isCount },
  result: { by: isSide, call: isCount, value: orNothing(isValue), error: orNothing(isValue) },
  item: { by: isSide, stream: isCount, value: isValue },
  end: { by: isSide, stream: isCount, error: orNothing(isValue) },
  close: { by: isSide, stream: isCount, error: orNothing(isValue) },
  resume: { by: isSide, stream: isCount },
  abort: { by: isSide, signal: isCount, reason: orNothing(isValue) },
  chunk: { by: isSide, payload: isCount, data: isText },
  broken: { by: isSide, bytes: isCount },
  exit: { reason: isText, description: isText },
};

/**
 * Reads a record.
 *
 * @throws Error naming the file, the line and what is wrong with it
 */
export async function readRecord(file: string): Promise<ReadRecord> {
  const splitter = new LineSplitter();
  for await (const chunk of createReadStream(file)) splitter.write(chunk as Buffer);
  const { lines: texts, rest } = splitter.end();
  const [first, ...others] = texts;
  if (first === undefined) throw wrong(file, 1, rest === "" ? "the file is empty" : "it has no end");
  const header = headerOf(parse(first, file, 1), file);
  const lines = others.map((text, index) => lineOf(parse(text, file, index + 2), file, index + 2));
  return { header, lines, isCutOff: rest !== "" };
}

function parse(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(file, line, `it is no JSON (${(error as Error).message})`);
  }
}

function headerOf(value: unknown, file: string): RecordHeader {
  const { record, version, isolate, from, lifecycle } = Object(value) as Partial<RecordHeader>;
  if (record !== "process-isolation")
    throw wrong(file, 1, 'it is not the head of a record, which has "record":"process-isolation"');
  if (version !== RECORD_VERSION) {
    throw wrong(
      file,
      1,
      `the record is of version ${JSON.stringify(version)}; this pihost reads version ${RECORD_VERSION}`,
    );
  }
  if (!isText(isolate)) throw wrong(file, 1, "it has no name of an isolate");
  if (!isText(from) || !from.startsWith("file:")) throw wrong(file, 1, "`from` is no file URL");
  const isList = Array.isArray(lifecycle) && lifecycle.every(isText);
  if (lifecycle !== true && !isList) throw wrong(file, 1, "`lifecycle` is neither true nor a list of modules");
  return value as RecordHeader;
}

function lineOf(value: unknown, file: string, line: number): RecordedLine & { readonly line: number } {
  const fact = Object(value) as Record<string, unknown>;
  const fields = typeof fact.kind === "string" && Object.hasOwn(FIELDS, fact.kind) ? FIELDS[fact.kind] : undefined;
  if (fields === undefined)
    throw wrong(file, line, `it is of no kind that there is (${JSON.stringify(fact.kind)?.slice(0, 50)})`);
  if (typeof fact.at !== "number") fact.at = 0;
  if (!isCount(fact.process)) throw wrong(file, line, "`process` is no number of a process");
  const bad = Object.entries(fields).find(([name, is]) => !is(fact[name]));
  if (bad !== undefined) throw wrong(file, line, `\`${bad[0]}\` of a ${fact.kind} is not what it must be`);
  return { ...(fact as unknown as RecordedLine), line };
}

function wrong(file: string, line: number, what: string): Error {
  return new Error(`${file}:${line}: ${what}`);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isSide(value: unknown): boolean {
  return value === "host" || value === "isolate";
}

function isTarget(value: unknown): boolean {
  const { module, reference, method } = Object(value) as Record<string, unknown>;
  return isText(method) && (isText(module) || isCount(reference));
}

function isValue(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { bytes } = value as { bytes?: unknown };
  return (
    ["json", "text", "place", "lost"].some((name) => Object.hasOwn(value, name)) &&
    (bytes === undefined || isText(bytes))
  );
}

function orNothing(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || is(value);
}

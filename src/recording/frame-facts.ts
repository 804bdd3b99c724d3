import type { Payload, SessionFrame, Settlement } from "../contract/index.js";
import type { RecordedFact, RecordedTarget, RecordedValue, Side } from "./record-format.js";

/** The version of the format, and the length of the text, of a payload. */
const HEAD_BYTES = 5;

/** What each handle of one side stands for. */
export type Handles = Map<number, RecordedTarget>;

/** What a frame says, in the order in which it is heard. */
export function* factsOf(frame: SessionFrame, by: Side, handles: Handles): Generator<RecordedFact> {
  for (const { payload, data, dropped } of frame.chunks) {
    yield { kind: "chunk", by, payload, data: Buffer.from(data).toString("base64"), ...(dropped ? { dropped } : {}) };
  }
  for (const { handle, module, method, reference } of frame.introductions) {
    handles.set(handle, module === "" ? { reference, method } : { module, method });
  }
  yield* callsOf(frame, by, handles);
  for (const call of frame.cancels) yield { kind: "cancel", by, call };
  for (const stream of frame.streamResumes) yield { kind: "resume", by, stream };
  yield* itemsOf(frame, by);
  for (const { stream, error } of frame.streamEnds) yield { kind: "end", by, stream, ...failure("error", error) };
  for (const { signal, reason } of frame.aborts) yield { kind: "abort", by, signal, ...failure("reason", reason) };
  yield* resultsOf(frame, by);
  for (const { stream, error } of frame.streamCloses) yield { kind: "close", by, stream, ...failure("error", error) };
  for (const handle of frame.handleReleases) handles.delete(handle);
}

function* callsOf(frame: SessionFrame, by: Side, handles: Handles): Generator<RecordedFact> {
  const { callIds, callHandles, callArgs, callDetails } = frame;
  const args = columnOf(callArgs);
  const detailsAt = new Map(callDetails.map((details) => [details.index, details]));
  for (const [index, call] of callIds.entries()) {
    const details = detailsAt.get(index);
    const to = handles.get(callHandles[index] as number) ?? { module: "", method: "" };
    const { attempt = 0, timeoutMs = 0, trace = {} } = details ?? {};
    yield {
      ...{ kind: "call", by, call, to },
      args: details?.args === undefined ? { json: args[index] } : recordedOf(details.args),
      ...(attempt > 1 ? { attempt } : {}),
      ...(timeoutMs > 0 ? { timeoutMs } : {}),
      ...(Object.keys(trace).length > 0 ? { trace } : {}),
    };
  }
}

function* itemsOf({ itemStreams, items, itemPayloads }: SessionFrame, by: Side): Generator<RecordedFact> {
  const column = columnOf(items);
  const payloadAt = new Map(itemPayloads.map(({ index, value }) => [index, value]));
  for (const [index, stream] of itemStreams.entries()) {
    const payload = payloadAt.get(index);
    yield { kind: "item", by, stream, value: payload === undefined ? { json: column[index] } : recordedOf(payload) };
  }
}

function* resultsOf(frame: SessionFrame, by: Side): Generator<RecordedFact> {
  const results = columnOf(frame.results);
  for (const [index, call] of frame.resultIds.entries()) {
    yield { kind: "result", by, call, value: { json: results[index] } };
  }
  for (const call of frame.voidIds) yield { kind: "result", by, call };
  for (const settlement of frame.settlements) yield settlementOf(settlement, by);
}

function settlementOf({ id: call, outcome }: Settlement, by: Side): RecordedFact {
  if (outcome === undefined) return { kind: "result", by, call };
  const value = recordedOf(outcome.value);
  return outcome.$case === "error" ? { kind: "result", by, call, error: value } : { kind: "result", by, call, value };
}

function failure<Name extends string>(name: Name, payload: Payload | undefined): { [name in Name]?: RecordedValue } {
  return (payload === undefined ? {} : { [name]: recordedOf(payload) }) as { [name in Name]?: RecordedValue };
}

/** The elements of a column, which a side that breaks the contract may have sent as anything. */
function columnOf(text: string): readonly unknown[] {
  if (text === "") return [];
  const column: unknown = JSON.parse(text);
  return Array.isArray(column) ? column : [];
}

function recordedOf({ form }: Payload): RecordedValue {
  if (form === undefined) return { lost: "the payload was empty" };
  if (form.$case === "place") return { place: JSON.parse(form.value) as unknown };
  const bytes = Buffer.from(form.value);
  return bytes.length < HEAD_BYTES ? { lost: "the payload was cut off" } : textOf(bytes);
}

/** The text of an encoded value, and the bytes behind it. */
export function textOf(encoded: Buffer): RecordedValue {
  const end = HEAD_BYTES + encoded.readUInt32LE(1);
  const text = JSON.parse(encoded.toString("utf8", HEAD_BYTES, end)) as unknown;
  const bytes = encoded.subarray(end);
  return bytes.length === 0 ? { text } : { text, bytes: bytes.toString("base64") };
}

/** The same as an encoded value. */
export function encodedOf(text: unknown, bytes = ""): Buffer {
  const body = Buffer.from(JSON.stringify(text));
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = 1;
  head.writeUInt32LE(body.length, 1);
  return Buffer.concat([head, body, Buffer.from(bytes, "base64")]);
}

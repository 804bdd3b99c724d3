/** What an isolate and its host say to each other, in a file. */
export { encodedOf } from "./frame-facts.js";
export { type ReadRecord, readRecord } from "./read-record.js";
export type { RecordedFact, RecordedLine, RecordedTarget, RecordedValue, RecordHeader, Side } from "./record-format.js";
export { Recorder, type RecorderOptions } from "./recorder.js";

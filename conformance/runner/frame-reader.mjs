import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { decodePayload, errorFacts, escaped } from "./payload.mjs";
import { show } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {{ ranges: readonly Buffer[], at: number } & Record<string, any>} Event one thing that the process said, under
 *   the name of its kind, with the bytes that its values name, and its place among all that came
 */

/** What the frames of a process say, thing by thing. */
export class FrameReader {
  /** What the handles of the process stand for. @type {Map<number, Message>} */
  #introduced = new Map();
  /** Parts of payloads, by the number of the payload. @type {Map<number, Buffer[]>} */
  #chunks = new Map();
  #said = 0;
  #folder;
  #send;
  #onEvent;

  /** @param {{ folder: () => string, send: (frame: Message) => void, onEvent: (event: Event) => void }} options `folder` holds the segments */
  constructor({ folder, send, onEvent }) {
    this.#folder = folder;
    this.#send = send;
    this.#onEvent = onEvent;
  }

  /** Tells what is in a frame, in the order in which a receiver handles it. @param {Message} frame @throws Error when it is none */
  read(frame) {
    for (const { payload, data = Buffer.alloc(0) } of frame.chunks ?? []) {
      this.#chunks.set(payload, [...(this.#chunks.get(payload) ?? []), data]);
      this.#note("chunk", { payload, length: data.length }, []);
    }
    for (const introduction of frame.introductions ?? []) this.#introduced.set(introduction.handle, introduction);
    this.#readCalls(frame);
    for (const id of frame.cancels ?? []) this.#note("cancel", id, []);
    for (const stream of frame.stream_resumes ?? []) this.#note("resume", stream, []);
    this.#readItems(frame);
    for (const { stream, error } of frame.stream_ends ?? []) this.#noteError("end", { stream }, error);
    for (const { signal, reason } of frame.aborts ?? []) this.#noteError("abort", { signal }, reason);
    this.#readAnswers(frame);
    for (const { stream, items = 0 } of frame.stream_demands ?? []) this.#note("demand", { stream, items }, []);
    for (const { stream, error } of frame.stream_closes ?? []) this.#noteError("close", { stream }, error);
    for (const reference of frame.releases ?? []) this.#note("release", reference, []);
    for (const segment of frame.segments_read ?? []) this.#note("segmentRead", segment, []);
    if (frame.ping) this.#send({ pong: frame.ping });
    if (frame.pong) this.#note("pong", frame.pong, []);
  }

  /** @param {Message} frame */
  #readCalls({ call_ids = [], call_handles = [], call_args = "[]", call_details = [] }) {
    const columns = readColumn("call_args", call_args, call_ids.length);
    if (call_handles.length !== call_ids.length) throw new Error("call_ids and call_handles have different lengths");
    for (const [index, id] of call_ids.entries()) {
      const { handle: _, ...introduction } = this.#introduced.get(call_handles[index]) ?? {};
      const details = call_details.find((/** @type {Message} */ each) => (each.index ?? 0) === index);
      const { root, ranges } =
        details?.args === undefined ? { root: escaped(columns[index]), ranges: [] } : this.#open(details.args);
      const { timeout_ms: timeoutMs, trace } = details ?? {};
      this.#note("call", { id, method: "", ...introduction, args: root, timeoutMs, trace }, ranges);
    }
  }

  /** @param {Message} frame */
  #readItems({ item_streams = [], items = "[]", item_payloads = [] }) {
    const values = readColumn("items", items, item_streams.length);
    for (const [index, stream] of item_streams.entries()) {
      const payload = item_payloads.find((/** @type {Message} */ each) => (each.index ?? 0) === index);
      const { root, ranges } =
        payload === undefined ? { root: escaped(values[index]), ranges: [] } : this.#open(payload.value);
      this.#note("item", { stream, value: root }, ranges);
    }
  }

  /** @param {Message} frame */
  #readAnswers({ result_ids = [], results = "[]", void_ids = [], settlements = [] }) {
    const values = readColumn("results", results, result_ids.length);
    for (const [index, id] of result_ids.entries()) this.#note("answer", { id, value: escaped(values[index]) }, []);
    for (const id of void_ids) this.#note("answer", { id, nothing: true }, []);
    for (const { id, value, error } of settlements) {
      if (error !== undefined) this.#noteError("answer", { id }, error);
      else {
        const { root, ranges } = this.#open(value);
        this.#note("answer", { id, ...(root === "$u" ? { nothing: true } : { value: root }) }, ranges);
      }
    }
  }

  /** @param {string} kind @param {unknown} content @param {readonly Buffer[]} ranges */
  #note(kind, content, ranges) {
    this.#said += 1;
    this.#onEvent({ [kind]: content, ranges, at: this.#said });
  }

  /** @param {string} kind @param {Message} content @param {Message | undefined} payload */
  #noteError(kind, content, payload) {
    if (payload === undefined) return this.#note(kind, content, []);
    const { root, ranges } = this.#open(payload);
    return this.#note(kind, { ...content, error: errorFacts(root) }, ranges);
  }

  /** @param {Message} payload */
  #open({ inline, place }) {
    const fetch = (/** @type {any} */ where) => this.#fetch(where);
    return decodePayload(place === undefined ? inline : this.#fetch(JSON.parse(place)), fetch);
  }

  /** @param {{ chunks?: number, segment?: number, length: number }} place */
  #fetch({ chunks, segment, length }) {
    if (segment !== undefined) {
      const bytes = readSegment(join(this.#folder(), `p${segment}`), length);
      this.#send({ segments_read: [segment] });
      return bytes;
    }
    const bytes = Buffer.concat(this.#chunks.get(chunks ?? 0) ?? []);
    this.#chunks.delete(chunks ?? 0);
    if (bytes.length !== length)
      throw new Error(`payload ${chunks} has ${bytes.length} bytes in chunks, not ${length}`);
    return bytes;
  }
}

/** @param {string} name @param {string} text @param {number} length @returns {unknown[]} */
function readColumn(name, text, length) {
  const values = JSON.parse(text);
  if (!Array.isArray(values) || values.length !== length)
    throw new Error(`${name} should have ${length} elements: ${show(text)}`);
  return values;
}

/** @param {string} path @param {number} length */
function readSegment(path, length) {
  const bytes = Buffer.alloc(length);
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const read = readSync(file, bytes, 0, length, 0);
    if (read !== length) throw new Error(`${path} has ${read} bytes, not ${length}`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

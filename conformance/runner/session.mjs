import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { decodeFrame, encodeFrame } from "./contract.mjs";
import { createMessageReader, prefixed } from "./framing.mjs";
import { matches } from "./pattern.mjs";
import { decodePayload, errorFacts, escaped } from "./payload.mjs";
import { Mismatch, show, Watch } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./pattern.mjs").Names} Names
 * @typedef {{ ranges: readonly Buffer[], at: number } & Record<string, any>} Event one thing that the process said, under
 *   the name of its kind, with the bytes that its values name, and its place among all that came
 */

/** The host's side of a Session: what came, in the order in which a receiver handles it. */
export class HostSession {
  /** What came and was not expected yet. @type {Event[]} */
  events = [];
  #said = 0;
  /** Why it is over; undefined while it is not. @type {string | undefined} */
  over;
  watch = new Watch();
  #types;
  #subject;
  /** @type {(frame: Buffer) => void} */
  #write = () => {};
  /** What the handles of the process stand for. @type {Map<number, Message>} */
  #introduced = new Map();
  /** Parts of payloads, by the number of the payload. @type {Map<number, Buffer[]>} */
  #chunks = new Map();
  /** Our handles, by what they stand for. @type {Map<string, number>} */
  #handles = new Map();
  #last = 0;

  /** @param {import("./protobuf.mjs").Types} types @param {import("./subject.mjs").Subject} subject */
  constructor(types, subject) {
    this.#types = types;
    this.#subject = subject;
  }

  /** Speaks on descriptor 4. */
  openDescriptor() {
    const socket = this.#subject.descriptor(4);
    const read = createMessageReader((frame) => this.#onFrame(frame));
    socket.on("data", (chunk) => this.#guarded(() => read(chunk)));
    socket.on("error", () => {});
    socket.on("close", () => this.#end("the process closed descriptor 4"));
    this.#write = (frame) => void socket.write(prefixed(frame));
  }

  /** Speaks by the RPC. @param {ReturnType<typeof import("./grpc.mjs").openSessionRpc>} rpc */
  openRpc({ answer, write }) {
    let seen = 0;
    answer.watch.until(
      () => {
        for (; seen < answer.messages.length; seen += 1)
          this.#guarded(() => this.#onMessage(answer.messages[seen]?.frame ?? {}));
        if (answer.status !== undefined) this.#end(`the RPC ended with ${show(answer.status)}`);
        return answer.status;
      },
      2 ** 31 - 1,
      () => "",
    );
    this.#write = write;
  }

  /** A number that nothing of ours has yet. */
  next = () => {
    this.#last += 1;
    return this.#last;
  };

  /** @param {Message} frame */
  send(frame) {
    this.#write(encodeFrame(this.#types, frame));
  }

  /** The handle of an export, and its introduction where it is new. @param {string} module @param {string} method */
  handle(module, method) {
    const key = JSON.stringify([module, method]);
    const known = this.#handles.get(key);
    if (known !== undefined) return { handle: known, introductions: [] };
    const handle = this.next();
    this.#handles.set(key, handle);
    return { handle, introductions: [{ handle, module, method }] };
  }

  /**
   * The first thing that came and is as the pattern says; it does not count again.
   * @param {Message} pattern @param {Names} names @returns {Promise<Event>}
   */
  async expect(pattern, names) {
    const found = await this.watch.until(
      () => {
        const event = this.find(pattern, names);
        if (event === undefined && this.over !== undefined)
          throw new Mismatch(`${show(pattern)} cannot come any more: ${this.over}`);
        return event;
      },
      this.#subject.timeoutMs,
      () => `${show(pattern)} did not come; there were ${show(this.events.map(withoutRanges))}`,
    );
    this.events.splice(this.events.indexOf(found), 1);
    return found;
  }

  /** @param {Message} pattern @param {Names} names */
  find(pattern, names) {
    return this.events.find((event) =>
      names.keepIf(() => matches(event, pattern, names, { exact: false, ranges: event.ranges })),
    );
  }

  /** @param {string} why */
  #end(why) {
    this.over ??= why;
    this.watch.changed();
  }

  /** @param {() => void} read */
  #guarded(read) {
    try {
      read();
    } catch (error) {
      this.#end(`the process sent what is no frame: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** @param {Buffer} bytes */
  #onFrame(bytes) {
    this.#onMessage(decodeFrame(this.#types, bytes));
  }

  /** @param {Message} frame */
  #onMessage(frame) {
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
    if (frame.ping) this.send({ pong: frame.ping });
    if (frame.pong) this.#note("pong", frame.pong, []);
    this.watch.changed();
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
      this.#note("call", { id, method: "", ...introduction, args: root }, ranges);
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
    this.events.push({ [kind]: content, ranges, at: this.#said });
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
      const bytes = readSegment(join(String(this.#subject.go.sharedMemory), `p${segment}`), length);
      this.send({ segments_read: [segment] });
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

/** @param {Event} event */
function withoutRanges({ ranges: _, at: __, ...event }) {
  return event;
}

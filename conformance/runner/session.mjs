import { decodeFrame, encodeFrame } from "./contract.mjs";
import { FrameReader } from "./frame-reader.mjs";
import { createMessageReader, prefixed } from "./framing.mjs";
import { matches } from "./pattern.mjs";
import { Mismatch, show, Watch } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./pattern.mjs").Names} Names
 * @typedef {import("./frame-reader.mjs").Event} Event
 */

/** The host's side of a Session: what came, in the order in which a receiver handles it. */
export class HostSession {
  /** What came and was not expected yet. @type {Event[]} */
  events = [];
  /** Why it is over; undefined while it is not. @type {string | undefined} */
  over;
  watch = new Watch();
  #types;
  #subject;
  #reader;
  /** @type {(frame: Buffer) => void} */
  #write = () => {};
  /** Our handles, by what they stand for. @type {Map<string, number>} */
  #handles = new Map();
  #last = 0;

  /** @param {import("./protobuf.mjs").Types} types @param {import("./subject.mjs").Subject} subject */
  constructor(types, subject) {
    this.#types = types;
    this.#subject = subject;
    this.#reader = new FrameReader({
      folder: () => String(subject.go.sharedMemory),
      send: (frame) => this.send(frame),
      onEvent: (event) => this.events.push(event),
    });
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
    this.#reader.read(frame);
    this.watch.changed();
  }
}

/** @param {Event} event */
function withoutRanges({ ranges: _, at: __, ...event }) {
  return event;
}

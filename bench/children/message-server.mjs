import { add, callBack, chunkOf, echo, itemAt } from "./work.mjs";

/** Ids of messages that are no answer to a call. Answers count from 0. */
export const STREAM_ITEM = -1;
export const STREAM_END = -2;
export const CALLBACK = -3;

/**
 * How bytes are put into messages where the channel has no bytes of its own.
 * @typedef {{ wrap(bytes: Uint8Array): unknown, unwrap(wrapped: any): Uint8Array }} BytesFormat
 */

/** @type {BytesFormat} */
export const AS_IS = { wrap: (bytes) => bytes, unwrap: (bytes) => bytes };

/** @type {BytesFormat} */
export const AS_BASE64 = {
  wrap: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  unwrap: (text) => Buffer.from(text, "base64"),
};

/**
 * The other side of `connectByMessages`: `[id, method, ...args]` is answered with `[id, result]`.
 * @param {(message: unknown) => unknown} post
 * @param {BytesFormat} bytesFormat
 * @returns {(message: any) => void} to be given every message that arrives
 */
export function serveMessages(post, { wrap, unwrap }) {
  /** @type {Map<number, (answer: number) => void>} */
  const waiting = new Map();
  let callbacks = 0;
  const callback = (/** @type {number} */ index) =>
    /** @type {Promise<number>} */ (
      new Promise((resolve) => {
        callbacks += 1;
        waiting.set(callbacks, resolve);
        post([CALLBACK, callbacks, index]);
      })
    );

  return ([id, method, first, second]) => {
    if (method === "add") post([id, add(first, second)]);
    else if (method === "echo") post([id, wrap(echo(unwrap(first)))]);
    else if (id === CALLBACK) {
      waiting.get(method)?.(first);
      waiting.delete(method);
    } else if (method === "items") {
      for (let index = 0; index < first; index += 1) post([STREAM_ITEM, itemAt(index)]);
      post([STREAM_END]);
    } else if (method === "chunks") {
      const chunk = chunkOf(second);
      for (let index = 0; index < first; index += 1) post([STREAM_ITEM, wrap(chunk)]);
      post([STREAM_END]);
    } else if (method === "callBack") {
      callBack(first, second, callback).then((sum) => post([id, sum]));
    } else throw new Error(`no method ${method}`);
  };
}

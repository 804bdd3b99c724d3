import { CALLBACK, STREAM_END, STREAM_ITEM } from "../children/message-server.mjs";

/**
 * Calls over a channel of messages, as lean as one can write them: `[id, method, ...args]` and `[id, result]`.
 * @param {(message: any) => unknown} post
 * @param {import("../children/message-server.mjs").BytesFormat} bytesFormat
 */
export function messageConnection(post, { wrap, unwrap }) {
  /** @type {Map<number, (result: any) => void>} */
  const waiting = new Map();
  let ids = 0;
  let onItem = (/** @type {any} */ _item) => {};
  let onStreamEnd = () => {};
  let callback = (/** @type {number} */ _index) => 0;

  /** @returns {Promise<any>} */
  const call = (/** @type {string} */ method, /** @type {unknown} */ first, /** @type {unknown} */ second) =>
    new Promise((resolve) => {
      const id = ids++;
      waiting.set(id, resolve);
      post([id, method, first, second]);
    });

  /** @returns {Promise<void>} */
  const stream = (
    /** @type {string} */ method,
    /** @type {unknown[]} */ args,
    /** @type {(item: any) => void} */ take,
  ) =>
    new Promise((resolve) => {
      onItem = take;
      onStreamEnd = resolve;
      post([ids++, method, ...args]);
    });

  return {
    /** To be given every message that arrives. */
    receive([id, value, index] = /** @type {any} */ ([])) {
      if (id >= 0) {
        waiting.get(id)?.(value);
        waiting.delete(id);
      } else if (id === STREAM_ITEM) onItem(value);
      else if (id === STREAM_END) onStreamEnd();
      else if (id === CALLBACK) post([CALLBACK, value, callback(index)]);
    },
    add: (/** @type {number} */ a, /** @type {number} */ b) => call("add", a, b),
    echo: async (/** @type {Buffer} */ bytes) => unwrap(await call("echo", wrap(bytes), undefined)),
    items: (/** @type {number} */ count, /** @type {(item: any) => void} */ take) => stream("items", [count], take),
    chunks: (
      /** @type {number} */ count,
      /** @type {number} */ size,
      /** @type {(chunk: Uint8Array) => void} */ take,
    ) => stream("chunks", [count, size], (chunk) => take(unwrap(chunk))),
    callBack: (
      /** @type {number} */ count,
      /** @type {number} */ concurrency,
      /** @type {(index: number) => number} */ answer,
    ) => {
      callback = answer;
      return call("callBack", count, concurrency);
    },
  };
}

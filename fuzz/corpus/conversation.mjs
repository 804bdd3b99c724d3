import { fileURLToPath } from "node:url";
import { IsolationError } from "process-isolation";
import { Session } from "../../dist/src/session/index.js";
import { MemoryLane } from "./memory-lane.mjs";

export const LIBRARY = fileURLToPath(new URL("../modules/library.mjs", import.meta.url));

/** @typedef {(...args: unknown[]) => unknown} Callee */
const library = /** @type {Record<string, Callee>} */ (await import("../modules/library.mjs"));

/** Larger than what fits into a frame: it travels in chunks. */
const LARGE_BYTES = 33_000;

/** One end of a session in this process, and what came of it. */
export class SessionEnd {
  /** What the session was lost with. @type {IsolationError | undefined} */
  lost;
  lane;
  session;
  /** Calls that have not settled. */
  waiting = 0;
  #targets = new Map();

  /**
   * @param {(frame: Buffer) => void} onFrame
   * @param {Record<string, Callee>} [exports] what the other end may call
   * @param {import("../../dist/src/session/index.js").SharedMemory} [sharedMemory]
   */
  constructor(onFrame, exports = {}, sharedMemory = undefined) {
    this.lane = new MemoryLane(onFrame);
    this.session = new Session(this.lane, {
      handler: {
        resolve: (_, method) => {
          if (!Object.hasOwn(exports, method)) throw new IsolationError("METHOD_NOT_FOUND", `there is no ${method}`);
          return /** @type {Callee} */ (exports[method]);
        },
        run: (callee, args) => (typeof callee === "function" ? callee(...args) : callee.then((own) => own(...args))),
      },
      sharedMemory,
      onLost: (error) => {
        this.lost = error ?? new IsolationError("STOPPED", "the lane was closed");
        this.close();
      },
    });
  }

  /** @param {string} method @param {unknown[]} args @returns {Promise<unknown>} */
  call(method, ...args) {
    const target = this.#targets.get(method) ?? { kind: "module", module: LIBRARY, method };
    this.#targets.set(method, target);
    this.waiting += 1;
    const result = new Promise((resolve, reject) => {
      this.session.call(target, args, { resolve, reject, lost: reject, callSite: { stack: "Error\n    at here" } });
    });
    return result.finally(() => {
      this.waiting -= 1;
    });
  }

  close() {
    this.session.close(this.lost ?? new IsolationError("STOPPED", "the case is over"));
  }
}

/** The end that has the library. @param {(frame: Buffer) => void} onFrame */
export function calleeEnd(onFrame) {
  return new SessionEnd(onFrame, library);
}

/** Calls with everything that a session can carry; resolves when all have settled. @param {SessionEnd} end */
export async function converse(end) {
  const abort = new AbortController();
  const none = new AbortController();
  const outcomes = [
    end.call("add", 1, 2),
    end.call("echo", { a: [1, "two", null], date: new Date(0), map: new Map([[1, new Set(["x"])]]), big: 2n ** 70n }),
    end.call("echo", Buffer.alloc(LARGE_BYTES, 3)),
    end.call("fail", "on purpose"),
    end.call("callTwice", async (/** @type {unknown} */ value) => value),
    end.call("blindly", () => undefined),
    end.call("collect", toStream([1, 2n, undefined, "four"])),
    end.call("untilAborted", abort.signal),
    end.call("untilAborted", none.signal),
    end.call("bytes", LARGE_BYTES),
    end.call("lend").then(async (fn) => {
      await /** @type {Callee} */ (fn)();
      /** @type {Disposable} */ (fn)[Symbol.dispose]();
    }),
    end.call("numbers", 9).then((stream) => consume(stream)),
    end.call("readable").then((stream) => consume(stream)),
    end.call("numbers", 50).then(async (stream) => {
      const items = /** @type {AsyncIterable<unknown>} */ (stream);
      for await (const _ of items) break;
    }),
    end.call("nothing of that name"),
    end.session.ping(),
  ];
  setImmediate(() => {
    abort.abort(new RangeError("enough"));
    none.abort();
  });
  await Promise.allSettled(outcomes.slice(0, -1));
}

/** @param {unknown} source as far as the other side made one of it */
async function consume(source) {
  if (typeof source !== "object" || source === null || !(Symbol.asyncIterator in source)) return;
  for await (const _ of /** @type {AsyncIterable<unknown>} */ (source));
}

/** @param {readonly unknown[]} items */
async function* toStream(items) {
  yield* items;
}

/**
 * The frames of one whole conversation, in the order in which each side sent them.
 * @returns {Promise<{ fromHost: Buffer[], fromChild: Buffer[] }>}
 */
export async function recordConversation() {
  /** @type {Buffer[]} */
  const fromHost = [];
  /** @type {Buffer[]} */
  const fromChild = [];
  const host = new SessionEnd((frame) => {
    fromHost.push(Buffer.from(frame));
    setImmediate(() => child.lane.receive(Buffer.from(frame)));
  });
  const child = calleeEnd((frame) => {
    fromChild.push(Buffer.from(frame));
    setImmediate(() => host.lane.receive(Buffer.from(frame)));
  });
  await converse(host);
  await host.session.ping();
  for (const { lost } of [host, child]) if (lost !== undefined) throw lost;
  host.close();
  child.close();
  return { fromHost, fromChild };
}

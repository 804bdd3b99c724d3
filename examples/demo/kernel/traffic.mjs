import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";

/** Milliseconds between two requests of one sender. */
const PAUSE_MS = 20;

/**
 * What became of the requests of one kind.
 *
 * @typedef {object} Count
 * @property {string} kind
 * @property {number} sent
 * @property {number} answered
 * @property {Map<string, number>} failed by status
 */

/** Requests that go on until they are told to stop, each of them counted when it is sent and when it has ended. */
export class Traffic {
  /** @type {Count[]} */
  counts = [];
  #isOver = false;
  /** @type {Promise<void>[]} */
  #senders = [];

  /**
   * @param {string} kind
   * @param {number} senders how many at once
   * @param {() => Promise<unknown>} send one request, to its end
   */
  begin(kind, senders, send) {
    /** @type {Count} */
    const count = { kind, sent: 0, answered: 0, failed: new Map() };
    this.counts.push(count);
    for (let sender = 0; sender < senders; sender += 1) this.#senders.push(this.#sendOn(count, send));
  }

  /** How many have failed so far, of all kinds. */
  get failed() {
    return this.counts.flatMap(({ failed }) => [...failed.values()]).reduce((sum, one) => sum + one, 0);
  }

  /** How many were answered so far, of all kinds. */
  get answered() {
    return this.counts.reduce((sum, one) => sum + one.answered, 0);
  }

  /** Sends no more. What has no end after so many milliseconds is lost, and the accounts will say so. */
  async end(withinMs = 40_000) {
    this.#isOver = true;
    await Promise.race([Promise.all(this.#senders), sleep(withinMs, undefined, { ref: false })]);
  }

  /** @param {Count} count @param {() => Promise<unknown>} send */
  async #sendOn(count, send) {
    while (!this.#isOver) {
      count.sent += 1;
      try {
        await send();
        count.answered += 1;
      } catch (error) {
        const why = statusOf(error);
        count.failed.set(why, (count.failed.get(why) ?? 0) + 1);
      }
      await sleep(PAUSE_MS);
    }
  }
}

/** gRPC's name for what a client got, or the code of an IsolationError. @param {unknown} error */
function statusOf(error) {
  const { code } = /** @type {{ code?: unknown }} */ (error);
  return String(typeof code === "number" ? status[code] : (code ?? error));
}

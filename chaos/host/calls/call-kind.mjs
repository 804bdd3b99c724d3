/**
 * What a caller needs.
 * @typedef {object} Caller
 * @property {import("process-isolation").ProcessIsolator} isolator
 * @property {string} work the path of the module to call
 * @property {string} key what the ledger knows this call by
 * @property {string} slot who calls: a slot makes one call at a time
 * @property {import("../../random.mjs").Random} random
 * @property {import("../../ledger/ledger.mjs").Ledger} ledger
 */

/**
 * One kind of call: how it is made, and what its answer must be. `make` resolves with what the ledger shall hold of the
 * answer, rejects with what the call rejected with, and throws a `WrongAnswer` for an answer that is none.
 * @typedef {{ readonly name: string, readonly weight: number, readonly make: (caller: Caller) => Promise<Record<string, unknown>> }} CallKind
 */

/** The call resolved with what it should not have. */
export class WrongAnswer extends Error {}

/** A stream failed after so many items. Several may fail with one and the same error, which stays as it is. */
export class StreamFailure extends Error {
  /** @param {unknown} cause @param {number} received */
  constructor(cause, received) {
    super("the stream failed", { cause });
    this.received = received;
  }
}

/** @param {unknown} received @param {unknown} expected */
export function expectAnswer(received, expected) {
  if (received === expected) return;
  throw new WrongAnswer(`expected ${JSON.stringify(expected)}, received ${JSON.stringify(received)}`);
}

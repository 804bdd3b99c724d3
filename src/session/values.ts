import type { Payload } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Loans } from "./loans.js";
import type { Payloads, ReadyPayload } from "./payloads.js";
import type { Scope } from "./scope.js";
import type { StandIns } from "./stand-ins.js";

/** Values as a Session carries them: payloads for the data, references for what cannot be copied. */
export class Values {
  readonly #payloads: Payloads;
  readonly #loans: Loans;
  readonly #standIns: StandIns;

  constructor(payloads: Payloads, loans: Loans, standIns: StandIns) {
    this.#payloads = payloads;
    this.#loans = loans;
    this.#standIns = standIns;
  }

  /**
   * @param scope what ends the loans that the value contains; none for a result, which may lend no plain function
   * @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is lent then
   */
  encode(value: unknown, path: string, scope: Scope | undefined): ReadyPayload {
    const lent: number[] = [];
    try {
      return this.#payloads.encode(value, {
        path,
        exportReference: (object) => {
          const descriptor = this.#loans.lend(object, scope);
          if (descriptor !== undefined) lent.push(descriptor.id);
          return descriptor;
        },
      });
    } catch (error) {
      for (const id of lent) this.#loans.takeBack(id);
      throw error;
    }
  }

  /** An error as a payload; one that cannot cross is replaced by one that says so. */
  encodeError(thrown: unknown): ReadyPayload {
    try {
      return this.encode(thrown, "error", undefined);
    } catch (error) {
      return this.encode(error, "error", undefined);
    }
  }

  /** @throws IsolationError PROTOCOL when the payload is no value */
  decode(payload: Payload, scope: Scope | undefined): unknown {
    return this.#payloads.decode(payload, {
      importReference: (descriptor) => this.#standIns.make(descriptor, scope),
    });
  }

  /** What came instead of a result; a payload that is broken is itself the error. */
  decodeError(payload: Payload): unknown {
    try {
      return this.decode(payload, undefined);
    } catch (error) {
      if (IsolationError.is(error)) return error;
      throw error;
    }
  }
}

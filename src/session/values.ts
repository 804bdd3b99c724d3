import type { EncodeContext } from "../codec/index.js";
import type { Payload } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Loans } from "./loans.js";
import type { Payloads, ReadyPayload, Travel, Wanted } from "./payloads.js";
import type { ReferenceKind } from "./references.js";
import type { Scope } from "./scope.js";
import type { StandIns } from "./stand-ins.js";
import type { Taken } from "./taken.js";

/** Values as a Session carries them: payloads for the data, references for what cannot be copied. */
export class Values {
  readonly #payloads: Payloads;
  readonly #loans: Loans;
  readonly #standIns: StandIns;
  readonly #takes: Taken | undefined;

  /** @param takes what the other side takes; undefined for everything */
  constructor(payloads: Payloads, loans: Loans, standIns: StandIns, takes?: Taken) {
    this.#takes = takes;
    this.#payloads = payloads;
    this.#loans = loans;
    this.#standIns = standIns;
  }

  /**
   * @param scope what ends the loans that the value contains; none for a result, which may lend no plain function
   * @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is lent then
   */
  encode(
    value: unknown,
    path: string,
    scope: Scope | undefined,
    takes = this.#takes?.values,
    travel?: Travel,
  ): ReadyPayload {
    const lent: number[] = [];
    const giveBack = (): void => {
      for (const id of lent.splice(0)) this.#loans.release(id);
    };
    try {
      const exportReference: EncodeContext["exportReference"] = (object, pathOf) => {
        const descriptor = this.#loans.lend(object, scope);
        if (descriptor === undefined) return undefined;
        lent.push(descriptor.id);
        if (this.#takes?.lent.has(descriptor.kind) === false) throw notLent(pathOf(), descriptor.kind);
        return descriptor;
      };
      const ready = this.#payloads.encode(value, { path, takes, exportReference }, travel);
      if (lent.length === 0) return ready;
      const drop = (): void => {
        ready.drop();
        giveBack();
      };
      return { ...ready, drop };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /** An item of a stream. @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is lent then */
  encodeItem(value: unknown): ReadyPayload {
    return this.encode(value, "item", undefined, undefined, "streamed");
  }

  /**
   * A result as a payload.
   *
   * @returns also when the streams in it are over, if it has any
   * @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is lent then
   */
  encodeResult(value: unknown): { ready: ReadyPayload; streamsOver: Promise<void> | undefined } {
    const { value: ready, streamsOver } = this.#loans.collectStreams(() => this.encode(value, "result", undefined));
    return { ready, streamsOver };
  }

  /** A result, and when the streams in it are over, if it has any. @throws IsolationError PROTOCOL */
  decodeResult(payload: Payload): { value: unknown; streamsOver: Promise<void> | undefined } {
    return this.#standIns.collectStreams(() => this.decode(payload, undefined, "result"));
  }

  /** Gives back what a value that nobody waits for holds. */
  discard(payload: Payload): void {
    try {
      this.#payloads.discard(payload, (descriptor) => this.#standIns.giveBack(descriptor));
    } catch {
      // A value that cannot be read holds nothing.
    }
  }

  /** An error as a payload; one that cannot cross is replaced by one that says so. */
  encodeError(thrown: unknown): ReadyPayload {
    const takes = this.#takes && new Set([...this.#takes.values, "error" as const]);
    try {
      return this.encode(thrown, "error", undefined, takes);
    } catch (error) {
      return this.encode(error, "error", undefined, takes);
    }
  }

  /** Bytes that the value which was decoded last keeps, as estimated. */
  get kept(): number {
    return this.#payloads.kept;
  }

  /** @throws IsolationError PROTOCOL when the payload is no value, or costs too much */
  decode(payload: Payload, scope: Scope | undefined, wanted: Wanted = "unasked"): unknown {
    return this.#payloads.decode(payload, wanted, {
      importReference: (descriptor) => this.#standIns.make(descriptor, scope),
    });
  }

  /** What came instead of a result, or ends a stream; a payload that is broken is itself the error. */
  decodeError(payload: Payload): unknown {
    try {
      return this.decode(payload, undefined, "error");
    } catch (error) {
      if (IsolationError.is(error)) return error;
      throw error;
    }
  }
}

function notLent(path: string, kind: ReferenceKind): IsolationError {
  return new IsolationError(
    "NOT_SERIALIZABLE",
    `${path} is lent (${kind}), which the runtime of the process does not take`,
  );
}

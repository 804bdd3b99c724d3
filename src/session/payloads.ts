import {
  type DecodeContext,
  decodeValue,
  discardValue,
  type EncodeContext,
  encodeValue,
  inlineLengthOf,
} from "../codec/index.js";
import type { Payload } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Account } from "./account.js";
import { PAYLOAD_BYTES } from "./budget.js";
import { type FetchLimits, type OutOfBand, tooLarge } from "./out-of-band.js";
import { type Place, parsePlace } from "./place.js";

/**
 * Bytes from this length on go through shared memory. Whoever waits for a single value has it sooner when it is a part of its
 * frame, although it is copied more often then; in a stream, whose items come one behind the other, it is the copying that counts.
 */
const OUT_OF_BAND_BYTES = {
  lone: 96 * 1024,
  streamed: 32 * 1024,
} as const;

/** How a value travels: alone, or as one of many. */
export type Travel = keyof typeof OUT_OF_BAND_BYTES;

/** A payload that is ready to travel. */
export interface ReadyPayload {
  readonly payload: Payload;
  /** Roughly how many bytes it takes on the way. */
  readonly bytes: number;
  /** Set when parts of it have to be sent before what refers to it: resolves when they are. */
  readonly sent: Promise<void> | undefined;
  /** Gives it up: nothing will refer to it. */
  drop(): void;
}

/**
 * Who wants a value. A result was asked for by a call that waits: its bytes are bounded by `maxPayload` alone, and one that is
 * too large fails only that call. So does an error, whose bytes are held like those of everything else.
 */
export type Wanted = "result" | "error" | "unasked";

/** Values to payloads and back, with their large bytes wherever they move fastest. */
export class Payloads {
  readonly #account: Account;
  readonly #outOfBand: OutOfBand;
  readonly #maxBytes: number;
  #kept = 0;

  /** @param maxBytes of one result of the peer */
  constructor(account: Account, outOfBand: OutOfBand, maxBytes: number = PAYLOAD_BYTES) {
    this.#account = account;
    this.#outOfBand = outOfBand;
    this.#maxBytes = maxBytes;
  }

  /** @throws IsolationError NOT_SERIALIZABLE naming the path */
  encode(
    value: unknown,
    context: Pick<EncodeContext, "path" | "exportReference" | "takes">,
    travel: Travel = "lone",
  ): ReadyPayload {
    const outOfBandThreshold = OUT_OF_BAND_BYTES[travel];
    const uploads: Promise<void>[] = [];
    const places: Place[] = [];
    const exportBytes = (bytes: Uint8Array): Place => {
      const place = this.#outOfBand.place(bytes, uploads);
      places.push(place);
      return place;
    };
    const encoded = encodeValue(value, { ...context, exportBytes, outOfBandThreshold });
    const form: Payload["form"] =
      encoded.length < outOfBandThreshold
        ? { $case: "inline", value: encoded as Buffer }
        : { $case: "place", value: JSON.stringify(exportBytes(encoded)) };
    return {
      payload: { form },
      bytes: places.reduce((sum, { length }) => sum + length, encoded.length),
      sent: uploads.length === 0 ? undefined : Promise.all(uploads).then(() => {}),
      drop: () => this.#outOfBand.drop(places),
    };
  }

  /** Bytes that the value which was decoded last keeps, as estimated. */
  get kept(): number {
    return this.#kept;
  }

  /** @throws IsolationError PROTOCOL when the payload is none, or costs too much */
  decode({ form }: Payload, wanted: Wanted, context: Pick<DecodeContext, "importReference">): unknown {
    if (form === undefined) throw new IsolationError("PROTOCOL", "the peer sent a payload without a value");
    const decoding = this.#account.beginDecoding(wanted !== "unasked");
    const maxBytes = this.#maxBytes;
    const room = wanted === "error" ? Number.POSITIVE_INFINITY : maxBytes;
    const limits: Limits = { maxBytes, room, decoding, wanted };
    try {
      const encoded = form.$case === "inline" ? form.value : this.#fetchText(parsePlace(form.value), limits);
      if (form.$case === "inline") countInline(form.value, limits);
      else if (encoded.length > maxBytes) throw tooLarge(encoded.length, maxBytes);
      const importBytes = (descriptor: unknown): Uint8Array =>
        this.#outOfBand.fetch(descriptor, limits, (length) => {
          if (wanted !== "result") decoding?.charge(length);
        });
      return decodeValue(encoded, { ...context, importBytes, meter: decoding });
    } finally {
      this.#kept = decoding?.kept ?? 0;
      decoding?.end();
    }
  }

  /**
   * Gives back what a value that nobody waits for holds, without making the value.
   *
   * @param giveBack called with the descriptor of each thing that is lent in it
   */
  discard({ form }: Payload, giveBack: (descriptor: unknown) => void): void {
    const decoding = this.#account.beginDecoding(false);
    const limits: Limits = { maxBytes: this.#maxBytes, room: this.#maxBytes, decoding, wanted: "unasked" };
    try {
      if (form === undefined) return;
      const encoded = form.$case === "inline" ? form.value : this.#fetchText(parsePlace(form.value), limits);
      discardValue(encoded, {
        importReference: giveBack,
        importBytes: (descriptor) => this.#outOfBand.giveBack(descriptor),
        meter: decoding,
      });
    } finally {
      decoding?.end();
    }
  }

  /** The encoded value itself: it is needed only until it is decoded. */
  #fetchText(descriptor: unknown, limits: Limits): Uint8Array {
    return this.#outOfBand.fetch(descriptor, limits, (length) => {
      if (limits.wanted !== "result") limits.decoding?.borrow(length);
    });
  }
}

/** Counts an encoded value that came in its frame as if its ranges had come by themselves: they and the rest are bounded alike. */
function countInline(encoded: Buffer, limits: Limits): void {
  const ranges = inlineLengthOf(encoded);
  const longest = Math.max(ranges, encoded.length - ranges);
  if (longest > limits.maxBytes) throw tooLarge(longest, limits.maxBytes);
  limits.room -= ranges;
}

/** What one value may still have. */
interface Limits extends FetchLimits {
  readonly wanted: Wanted;
}

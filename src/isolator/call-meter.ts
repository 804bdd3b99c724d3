/** As the contract has them: bucket i holds what took at most 2^(i / 4 - 5) ms; the last one all that took longer, 2 minutes. */
const BUCKETS = 90;
const PER_OCTAVE = 4;
const FIRST_OCTAVE = 5;

/** After so long without a reader, in milliseconds, nothing is measured any more. */
const UNREAD_MS = 10_000;

/**
 * How long calls take, counted by duration: within a fifth, in little room, and readable by several who do not know each other.
 * It counts from the first reading on, as long as it is read.
 */
export class CallMeter {
  /** While somebody reads. */
  #counter: Counter | undefined;

  began(call: object): void {
    this.#counter?.began.set(call, performance.now());
  }

  ended(call: object): void {
    if (this.#counter !== undefined && !this.#counter.ended(call)) this.#counter = undefined;
  }

  read(): readonly number[] {
    this.#counter ??= new Counter();
    return this.#counter.read();
  }
}

class Counter {
  readonly began = new Map<object, number>();
  readonly #counts: number[] = new Array<number>(BUCKETS).fill(0);
  #readAt = performance.now();

  /** False when nobody reads it any more. */
  ended(call: object): boolean {
    const began = this.began.get(call);
    // It began before anybody asked.
    if (began === undefined) return true;
    const now = performance.now();
    this.began.delete(call);
    const at = bucketOf(now - began);
    this.#counts[at] = (this.#counts[at] as number) + 1;
    return now - this.#readAt <= UNREAD_MS;
  }

  read(): readonly number[] {
    this.#readAt = performance.now();
    return [...this.#counts];
  }
}

function bucketOf(ms: number): number {
  const at = Math.ceil(PER_OCTAVE * (Math.log2(ms) + FIRST_OCTAVE));
  return Math.min(BUCKETS - 1, Math.max(0, at));
}

/** What calls of a bucket took, in milliseconds: the middle of it. */
export function durationOf(bucket: number): number {
  return 2 ** ((bucket - 0.5) / PER_OCTAVE - FIRST_OCTAVE);
}

/** As the contract has them: bucket i holds what took at most 2^(i / 4 - 5) ms; the last one all that took longer, 2 minutes. */
const BUCKETS = 90;
const PER_OCTAVE = 4;
const FIRST_OCTAVE = 5;

/** After so long without a reader, in milliseconds, nothing is measured any more. */
const UNREAD_MS = 10_000;

/** How long calls take, counted by duration: within a fifth, in little room, and readable by several who do not know each other. */
export class CallMeter {
  readonly #counts: number[] = new Array<number>(BUCKETS).fill(0);
  readonly #began = new Map<object, number>();
  readonly #onUnread: () => void;
  #readAt = performance.now();

  /** @param onUnread told when nobody reads it any more */
  constructor(onUnread: () => void) {
    this.#onUnread = onUnread;
  }

  began(call: object): void {
    this.#began.set(call, performance.now());
  }

  ended(call: object): void {
    const now = performance.now();
    const began = this.#began.get(call);
    // It began before anybody asked.
    if (began === undefined) return;
    this.#began.delete(call);
    const at = bucketOf(now - began);
    this.#counts[at] = (this.#counts[at] as number) + 1;
    if (now - this.#readAt > UNREAD_MS) this.#onUnread();
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

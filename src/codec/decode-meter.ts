/** Counts what a value costs while it is decoded. The methods throw when that is more than the sender may cost. */
export interface DecodeMeter {
  /** Bytes that may still be taken. */
  readonly room: number;
  /** Bytes that are about to be taken, and stay as long as the value. */
  charge(bytes: number): void;
  /** Bytes that are about to be taken, and are free again once the value is decoded. */
  borrow(bytes: number): void;
  /** Called now and then, after so many nodes more, so that no value takes for ever: some cost time without costing bytes. */
  tick(nodes: number): void;
  /** So many milliseconds went into copying bytes, which have a bound of their own. */
  skip(ms: number): void;
}

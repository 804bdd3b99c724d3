const LARGEST = 0xffff_ffff;

/**
 * Whether a number from inside a value can be one of the contract, which has 32 bits: what is given back by such a number is
 * written into a frame.
 */
export function isWireId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LARGEST;
}

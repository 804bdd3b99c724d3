/** A seeded stream of choices: the same seed gives the same choices. */
export declare class Random {
  constructor(seed: number);
  next(): number;
  between(low: number, high: number): number;
  pick<T>(choices: readonly T[]): T;
  weighted<T extends { readonly weight: number }>(choices: readonly T[]): T;
  fork(): Random;
}

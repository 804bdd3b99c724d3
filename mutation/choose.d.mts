import type { Random } from "../chaos/random.mjs";
import type { Mutant } from "./instrument.mjs";

export interface TestFile {
  readonly file: string;
  readonly reached: ReadonlySet<string>;
  readonly ms: number;
}

export declare function chooseMutants(
  mutants: readonly Mutant[],
  rooms: readonly string[],
  count: number,
  random: Random,
): Mutant[];
export declare function isIn(file: string, room: string): boolean;
export declare function testsFor(mutant: Mutant, tests: readonly TestFile[]): TestFile[];

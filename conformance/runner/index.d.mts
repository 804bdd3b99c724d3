/** One scenario, ready to be played. */
export interface Scenario {
  readonly name: string;
}

/** What came of a scenario, and why it failed, is skipped, or is known to fail. */
export interface Result extends Scenario {
  readonly verdict: "passed" | "failed" | "skipped" | "known" | "fixed";
  readonly why: string;
  readonly tookMs: number;
}

export type KnownFailures = Readonly<Record<string, string>>;

export interface Target {
  readonly command: readonly [string, ...string[]];
  readonly module: string;
  readonly brokenModule?: string;
  readonly from: string;
  readonly timeoutMs: number;
}

export function readScenarios(): Scenario[];
export function checkKnownFailures(json: unknown, names: readonly string[]): KnownFailures;
export function runConformance(
  target: Target,
  options: {
    readonly scenarios: readonly Scenario[];
    readonly known?: KnownFailures;
    readonly jobs?: number;
    readonly onResult?: (result: Result) => void;
  },
): Promise<Result[]>;
export const BAD: readonly string[];

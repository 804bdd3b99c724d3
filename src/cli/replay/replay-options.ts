/** How a record is run again. */
export interface ReplayOptions {
  /** What is called in the place of the recorded modules; undefined for those. */
  readonly module: string | undefined;
  /** Where relative names are resolved. */
  readonly from: string;
  /** The number of the first call that is run. */
  readonly firstCall: number;
  readonly ignore: readonly (readonly string[])[];
  /** How long anything that the record has may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** One version of an isolate. */
export interface Version {
  /** 1 for the first one, one more each time. */
  readonly version: number;
  readonly module: string;
  /** Of its process; 0 where there is none. */
  readonly pid: number;
}

/** A version that has taken over. */
export interface Takeover extends Version {
  /** What it took over from; its pid is 0 where the isolate was down. */
  readonly predecessor: Version;
}

export declare class SampleClass {
  /**
   * Prints its arguments, obeys them from left to right, and returns what the last `return<N>` says, or 0.
   *
   * @param args `crash` ends the process with SIGSEGV, `throw` throws, `sleep<N>` waits N milliseconds and `sleep<N>s`
   * N seconds, `return<N>` sets the result; others are only printed
   */
  static method(args: string[]): Promise<number>;
}

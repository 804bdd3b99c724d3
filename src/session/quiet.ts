const ignore = (): void => {};

/**
 * The promise itself, for somebody who may drop it: that it rejects later is then no unhandled rejection, which would
 * end the process. Whoever awaits it hears of the error as ever.
 */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.then(undefined, ignore);
  return promise;
}

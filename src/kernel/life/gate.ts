/** Where callers wait for something that will be there, or will not. */
export class Gate<T> {
  readonly #refusal: () => Error;
  #waiting: { resolve: (value: T) => void; reject: (error: Error) => void }[] = [];
  #isRefused = false;

  /** @param refusal what callers hear when it will not be there */
  constructor(refusal: () => Error) {
    this.#refusal = refusal;
  }

  wait(): Promise<T> {
    if (this.#isRefused) return Promise.reject(this.#refusal());
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** It is there: whoever waits gets it. */
  open(value: T): void {
    this.#isRefused = false;
    for (const { resolve } of this.#waiting.splice(0)) resolve(value);
  }

  /** It is not there, but will be. */
  close(): void {
    this.#isRefused = false;
  }

  /** It will not be there. */
  refuse(): void {
    this.#isRefused = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#refusal());
  }
}

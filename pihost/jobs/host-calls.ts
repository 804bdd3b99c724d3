/** Calls a method of a job where the job is. */
export type AskHost = (key: string, method: string, args: readonly unknown[]) => Promise<unknown>;

/** What a job has asked of the host. Whoever reports progress does not always await it. */
export class HostCalls {
  readonly #ask: AskHost;
  readonly #key: string;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(ask: AskHost, key: string) {
    this.#ask = ask;
    this.#key = key;
  }

  get arePending(): boolean {
    return this.#pending.size > 0;
  }

  call(method: string, args: readonly unknown[]): Promise<unknown> {
    const answer = this.#ask(this.#key, method, args);
    this.#pending.add(answer);
    const forget = (): void => void this.#pending.delete(answer);
    // Handled here, too: one that nobody awaits must not end the process when the queue refuses it.
    answer.then(forget, forget);
    return answer;
  }

  /** Resolves when all is answered: what a job has reported is stored before the job ends. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }
}

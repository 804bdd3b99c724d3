/** Cancelled jobs that are remembered although they run elsewhere, or not yet. */
const MAX_REMEMBERED = 1_000;

/** The signals of the jobs that run. The host cancels a job wherever it may be, also before it has come. */
export class Cancellation {
  readonly #running = new Map<number, AbortController>();
  readonly #early = new Map<number, unknown>();

  begin(id: number): AbortSignal {
    const controller = new AbortController();
    this.#running.set(id, controller);
    if (this.#early.size > 0 && this.#early.has(id)) {
      controller.abort(this.#early.get(id));
      this.#early.delete(id);
    }
    return controller.signal;
  }

  cancel(id: number, reason: unknown): void {
    const controller = this.#running.get(id);
    if (controller === undefined) this.#remember(id, reason);
    else controller.abort(reason);
  }

  end(id: number): void {
    this.#running.delete(id);
  }

  #remember(id: number, reason: unknown): void {
    this.#early.set(id, reason);
    const [oldest] = this.#early.keys();
    if (this.#early.size > MAX_REMEMBERED && oldest !== undefined) this.#early.delete(oldest);
  }
}

import type { ServerMessage } from "../../src/kernel/dashboard/messages.js";

/** How the page is connected. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** It tries again at `retryAt`, by the browser's clock. */
  | { readonly kind: "lost"; readonly retryAt: number }
  | { readonly kind: "ended"; readonly reason: string }
  /** The token is missing, or is not that of the dashboard that listens here. */
  | { readonly kind: "refused" };

/** Waits between two attempts, in milliseconds. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/** The server sends a reading every second: after so long without any, in milliseconds, the connection is dead. */
const SILENCE_MS = 10_000;

interface Listeners {
  onMessage(message: ServerMessage): void;
  onConnection(connection: Connection): void;
}

/** The stream of what happens, which connects again by itself. Not an EventSource: that cannot send the token in a header. */
export class Stream {
  readonly #token: string;
  readonly #listeners: Listeners;
  #attempt = new AbortController();
  #waitMs = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isEnded = false;

  constructor(token: string, listeners: Listeners) {
    this.#token = token;
    this.#listeners = listeners;
  }

  /** Connects now, also where an attempt waits for its time. */
  connect(): void {
    clearTimeout(this.#timer);
    this.#attempt.abort();
    this.#attempt = new AbortController();
    this.#isEnded = false;
    this.#listeners.onConnection({ kind: "connecting" });
    void this.#run(this.#attempt);
  }

  async #run(attempt: AbortController): Promise<void> {
    try {
      const headers = { authorization: `Bearer ${this.#token}` };
      const response = await fetch("/api/stream", { method: "POST", headers, signal: attempt.signal });
      if (response.status === 401 || response.status === 403) {
        this.#listeners.onConnection({ kind: "refused" });
        return;
      }
      if (response.ok && response.body !== null) await this.#read(response.body, attempt);
    } catch {
      // What follows is the same, whatever it was.
    }
    if (this.#attempt === attempt && !this.#isEnded) this.#wait();
  }

  async #read(body: ReadableStream<Uint8Array>, attempt: AbortController): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
    let text = "";
    for (;;) {
      const silence = setTimeout(() => attempt.abort(), SILENCE_MS);
      const { value, done } = await reader.read();
      clearTimeout(silence);
      if (done) return;
      const parts = (text + value).split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts) this.#take(JSON.parse(part.slice("data: ".length)) as ServerMessage);
    }
  }

  #take(message: ServerMessage): void {
    this.#waitMs = FIRST_WAIT_MS;
    this.#isEnded = message.kind === "ended";
    this.#listeners.onMessage(message);
  }

  #wait(): void {
    this.#listeners.onConnection({ kind: "lost", retryAt: Date.now() + this.#waitMs });
    this.#timer = setTimeout(() => this.connect(), this.#waitMs);
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }
}

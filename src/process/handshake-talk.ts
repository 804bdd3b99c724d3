import { type Go, type Hello, handshakeLine, parseHandshakeFromProcess } from "../contract/index.js";
import { IsolationError, type IsolationFacts } from "../errors/index.js";
import { type Greeting, readGreeting } from "./greeting.js";
import type { Lifeline } from "./host-process.js";

/** What an inspector's URL looks like: in one line, and of a length that a log can take. */
const DEBUGGER_URL = /^ws:\/\/[\x21-\x7e]{1,500}$/;

export interface HandshakeTalkOptions {
  /**
   * Everything that the process is told once it is registered.
   *
   * @throws IsolationError for a process that cannot be gone on with
   */
  readonly answer: (greeting: Greeting) => Go;
  /** What is known already, for the errors. */
  readonly facts: IsolationFacts;
  /** Called when a debugger may attach. */
  readonly onDebugger: (url: string) => void;
  /** Called when the process accepted a Shutdown request, from whomever. */
  readonly onStopping: (reason: string) => void;
  /**
   * Called when the process said what it must not, before or after it was ready; at most once. It has to be ended:
   * nothing that it says is read any more.
   */
  readonly onBreach: (error: IsolationError) => void;
}

type Message = NonNullable<ReturnType<typeof parseHandshakeFromProcess>>;

/**
 * The conversation on the private descriptor, of which the process may say each part once, and nothing before its hello.
 * Kinds that are not known are left out, since a later version may have them; they count against the lifeline's bounds.
 */
export class HandshakeTalk {
  /** Resolves with what the hello said once the process is ready. */
  readonly ready: Promise<Greeting>;
  /** Rejects with PROTOCOL when the process breaks the conversation. Never resolves. */
  readonly broken: Promise<never>;
  readonly #lifeline: Lifeline;
  readonly #options: HandshakeTalkOptions;
  readonly #said = new Set<Message["$case"]>();
  #greeting: Greeting | undefined;
  #go: Go | undefined;
  #onReady: (greeting: Greeting) => void = () => {};
  #onBroken: (error: IsolationError) => void = () => {};

  constructor(lifeline: Lifeline, options: HandshakeTalkOptions) {
    this.#lifeline = lifeline;
    this.#options = options;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.broken = new Promise((_, reject) => {
      this.#onBroken = reject;
    });
    lifeline.onBreach((what) => this.#break(`sent ${what} on descriptor 3`));
    lifeline.onLine((line) => {
      const message = parseHandshakeFromProcess(line);
      const breach = message && this.#take(message);
      if (breach !== undefined) this.#break(breach);
    });
  }

  /** Whether the process has said hello. */
  get isGreeted(): boolean {
    return this.#greeting !== undefined;
  }

  /** What the process has to do next, after "the process did not". */
  get step(): string {
    if (this.#greeting === undefined) return "say hello";
    return this.#go?.address === "" ? "say ready" : "serve its socket";
  }

  /** What the process did that it must not, if anything. */
  #take(message: Message): string | IsolationError | undefined {
    const kind = message.$case;
    if (this.#said.has(kind)) return `said ${kind} twice`;
    if (kind !== "hello" && !this.#said.has("hello")) return `said ${kind} before hello`;
    this.#said.add(kind);
    switch (kind) {
      case "hello":
        return this.#greet(message.value);
      case "ready":
        this.#onReady(this.#greeting as Greeting);
        return undefined;
      case "debugger":
        return this.#debug(message.value.url);
      case "stopping":
        if (!this.#said.has("ready")) return "said stopping before ready";
        this.#options.onStopping(message.value.reason);
        return undefined;
    }
  }

  #greet(hello: Hello): string | IsolationError | undefined {
    const greeting = readGreeting(hello);
    if (typeof greeting === "string") return greeting;
    try {
      this.#go = this.#options.answer(greeting);
    } catch (error) {
      if (IsolationError.is(error)) return error;
      throw error;
    }
    this.#greeting = greeting;
    this.#lifeline.send(handshakeLine({ $case: "go", value: this.#go }));
    return undefined;
  }

  #debug(url: string): string | undefined {
    if (this.#go?.debug !== true && this.#go?.inspect !== true) return "said debugger, which it was not asked for";
    if (!DEBUGGER_URL.test(url)) return "named a debugger whose URL is not one of ws:, or too long";
    this.#options.onDebugger(url);
    return undefined;
  }

  #break(what: string | IsolationError): void {
    this.#lifeline.close();
    const { facts } = this.#options;
    const error = typeof what === "string" ? new IsolationError("PROTOCOL", `the process ${what}`, { facts }) : what;
    this.#onBroken(error);
    this.#options.onBreach(error);
  }
}

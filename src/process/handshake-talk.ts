import {
  type Go,
  type Hello,
  handshakeLine,
  parseHandshakeFromProcess,
  SUPPORTED_PROTOCOLS,
} from "../contract/index.js";
import { IsolationError, type IsolationFacts } from "../errors/index.js";
import { printable } from "../sandbox/index.js";
import type { Lifeline } from "./host-process.js";

/** What an inspector's URL looks like: in one line, and of a length that a log can take. */
const DEBUGGER_URL = /^ws:\/\/[\x21-\x7e]{1,500}$/;

/** How much of what a process says about itself an error repeats, in characters. */
const QUOTED_LENGTH = 100;

export interface HandshakeTalkOptions {
  /** Everything that the process is told once it is registered, but the protocol version, which its hello decides. */
  readonly go: Omit<Go, "protocol">;
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
  /** Resolves with the hello once the process is ready. */
  readonly ready: Promise<Hello>;
  /** Rejects with PROTOCOL when the process breaks the conversation. Never resolves. */
  readonly broken: Promise<never>;
  readonly #lifeline: Lifeline;
  readonly #options: HandshakeTalkOptions;
  readonly #said = new Set<Message["$case"]>();
  #hello: Hello | undefined;
  #onReady: (hello: Hello) => void = () => {};
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
    return this.#hello !== undefined;
  }

  /** What the process has to do next, after "the process did not". */
  get step(): string {
    return this.#hello === undefined ? "say hello" : "serve its socket";
  }

  /** What the process did that it must not, if anything. */
  #take(message: Message): string | undefined {
    const kind = message.$case;
    if (this.#said.has(kind)) return `said ${kind} twice`;
    if (kind !== "hello" && !this.#said.has("hello")) return `said ${kind} before hello`;
    this.#said.add(kind);
    switch (kind) {
      case "hello":
        return this.#greet(message.value);
      case "ready":
        this.#onReady(this.#hello as Hello);
        return undefined;
      case "debugger":
        return this.#debug(message.value.url);
      case "stopping":
        if (!this.#said.has("ready")) return "said stopping before ready";
        this.#options.onStopping(message.value.reason);
        return undefined;
    }
  }

  #greet(hello: Hello): string | undefined {
    const { protocol, version, runtime, checksIntegrity } = hello;
    const { go } = this.#options;
    const peer = `process-isolation ${quote(version)} on ${quote(runtime)}`;
    if (!SUPPORTED_PROTOCOLS.includes(protocol)) {
      const ours = SUPPORTED_PROTOCOLS.join(", ");
      const advice = "install the same version of process-isolation on both sides";
      return `speaks protocol version ${protocol} (${peer}), this host speaks version ${ours}; ${advice}`;
    }
    // A pihost of another make, which would load whatever is there.
    if (go.integrity.length > 0 && !checksIntegrity) {
      return `(${peer}) does not check modules, as the option integrity asks for`;
    }
    this.#hello = hello;
    this.#lifeline.send(handshakeLine({ $case: "go", value: { ...go, protocol } }));
    return undefined;
  }

  #debug(url: string): string | undefined {
    if (!this.#options.go.debug) return "said debugger, which it was not asked for";
    if (!DEBUGGER_URL.test(url)) return "named a debugger whose URL is not one of ws:, or too long";
    this.#options.onDebugger(url);
    return undefined;
  }

  #break(what: string): void {
    this.#lifeline.close();
    const error = new IsolationError("PROTOCOL", `the process ${what}`, { facts: this.#options.facts });
    this.#onBroken(error);
    this.#options.onBreach(error);
  }
}

/** What a process says about itself may be of any length, and forge a line of a log. */
function quote(text: string): string {
  return printable(text.slice(0, QUOTED_LENGTH)) || "an unnamed one";
}

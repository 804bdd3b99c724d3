import type { Duplex } from "node:stream";

/** What a host lends to a pihost that it runs in its own process, in the place of descriptors. */
export interface InProcessHost {
  /** The pihost's end of what the host speaks Session on. */
  readonly session: Duplex;
  /** The global object of the host's code: not that of the pihost where the host runs in a `vm` context, as tests do under Jest. */
  readonly realm: object;
  /** How modules are imported, by their URLs; undefined for a fresh instance of each, by Node.js itself. */
  readonly importModule: ((url: string) => unknown) | undefined;
  /** Takes a line of the handshake. */
  say(line: string): void;
  /** It has ended in order, with the code that a process would have exited with. */
  ended(code: number): void;
}

/** A pihost that runs in its host's process. */
export interface InProcessPihost {
  /** Takes a line of the handshake, line break included. */
  hear(line: string): void;
  /** Ends it at once: the signals of its calls fire, and what they come to is dropped. */
  abandon(): void;
}

/** What `main.cjs` exports for that. */
export type StartInProcess = (host: InProcessHost) => InProcessPihost;

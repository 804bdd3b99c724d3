/** Metadata of a call of a gRPC service. Names are lower case; values of names that end with `-bin` are bytes. */
export interface ServiceMetadata extends Iterable<readonly [name: string, value: string | Buffer]> {
  /** The first value of a name. */
  get(name: string): string | Buffer | undefined;
  getAll(name: string): readonly (string | Buffer)[];
  has(name: string): boolean;
}

/** Metadata that are still to be sent. A name or value that gRPC does not allow is a TypeError. */
export interface WritableServiceMetadata extends ServiceMetadata {
  set(name: string, value: string | Uint8Array): void;
  /** As `set`, beside the values that are there. */
  add(name: string, value: string | Uint8Array): void;
}

/** The second parameter of a function that implements a method of a gRPC service. */
export interface ServiceCall {
  /** `/shop.v1.Store/Get` */
  readonly path: string;
  /** What the client sent, without its token. */
  readonly metadata: ServiceMetadata;
  /** When the client gives up; undefined when it does not say. */
  readonly deadline: Date | undefined;
  /** Aborted when nobody waits any more, or the process is to end. */
  readonly signal: AbortSignal;
  /** The client's address: `unix:`, or `ipv4:127.0.0.1:50000`. */
  readonly peer: string;
  /** Whether the message that was read last had come compressed. */
  readonly requestCompressed: boolean;
  /** What goes into the trailers, beside the status. */
  readonly trailers: WritableServiceMetadata;
  /**
   * Sends the headers of the response now, with these metadata; without it they leave with the first message.
   *
   * @throws Error when they have left
   */
  sendMetadata(metadata?: Readonly<Record<string, string | Uint8Array | readonly (string | Uint8Array)[]>>): void;
  /** Whether messages from now on are compressed, where the client can read that. To be called before the first message. */
  compress(on: boolean): void;
}

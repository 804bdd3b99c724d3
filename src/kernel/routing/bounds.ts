/**
 * What one client of the front door, or one isolate behind it, may cost. None of them is trusted: past a bound the
 * request ends, or the connection does, and nobody else's.
 */

/** Tokens of one kernel: one for each program that may call; people still read the list of them. */
export const TOKENS_AT_MOST = 10_000;

/** Connections at once: each costs a descriptor, and some 50 KiB while it is idle. Strangers make room for others. */
export const CONNECTIONS_AT_MOST = 1_024;

/** Requests at once on one connection; more than any client of gRPC begins on its own (100 is their usual guess). */
export const STREAMS_AT_ONCE = 256;

/**
 * Bytes of one stream that wait for the other side, in each direction. Times `STREAMS_AT_ONCE`, it is what a client that
 * does not read can make the kernel hold: 64 MiB for both directions. Below 64 KiB, large messages become slow.
 */
export const STREAM_WINDOW_BYTES = 128 * 1024;

/** Of all clients together. Past it, the client that most of it is of ends: each one alone stays below. */
export const ALL_HELD_BYTES = 256 * 1024 * 1024;

/** How far each side of a connection may be ahead; given back as bytes arrive, so that no stream holds up another. */
export const CONNECTION_WINDOW_BYTES = 1024 * 1024;

/**
 * Metadata of one request or answer, in bytes as HTTP/2 counts them (32 for each field), and its fields. gRPC clients
 * take 8 to 16 KiB by default.
 */
export const METADATA_BYTES = 64 * 1024;
export const METADATA_FIELDS = 256;

/** One block of fields on the wire, and its frames: what no frame ends would otherwise grow without end. */
export const HEADER_BLOCK_BYTES = 64 * 1024;
export const HEADER_BLOCK_FRAMES = 16;

/** Bytes for a peer that wait in the kernel: above the first, messages wait; above the second, nothing more is read of it. */
export const UNSENT_BYTES = 256 * 1024;
export const UNREAD_ANSWERS_BYTES = 1024 * 1024;

/**
 * The account of frames that are answered or left out by the kernel itself, in points: a connection starts with
 * `CALM_POINTS` and gets so many per second, and some more for each message that it is sent, whose windows it opens.
 */
export const CALM_POINTS = 10_000;
export const CALM_POINTS_PER_SECOND = 2_000;
export const CALM_POINTS_PER_DATA_FRAME = 4;
export const COST = {
  /** Priorities, windows, empty pieces of messages, frames of unknown types. */
  other: 1,
  /** Answered each. */
  ping: 4,
  settings: 16,
  /** A request that was begun and is cancelled: 2,500 at once, 500 in each second. */
  reset: 4,
  /** A request that the kernel refuses. */
  refused: 4,
} as const;

/** How long a client of the front door may take, in milliseconds. */
export interface DoorTimes {
  /** Until it is through with TLS, and until it has said the first words of HTTP/2. */
  readonly greetingMs: number;
  /** Until it has sent a request whose token is right. */
  readonly strangerMs: number;
  /** Between looks at all connections: a frame that is not whole at two of them in a row ends its connection. */
  readonly lookMs: number;
}

export const DOOR_TIMES: DoorTimes = { greetingMs: 10_000, strangerMs: 60_000, lookMs: 15_000 };

/** Until a peer has read why its connection ends, and has closed it, in milliseconds; then it is closed by the kernel. */
export const FAREWELL_MS = 1_000;

/** Bytes of one request that are kept so that it can be sent to the next generation, and of all requests together. */
export const KEPT_BYTES = 1024 * 1024;
export const ALL_KEPT_BYTES = 64 * 1024 * 1024;

/** How often a request is sent that may be sent again: as calls of the host, it is not the cause of three crashes. */
export const ATTEMPTS_AT_MOST = 3;

/** From a connection that was lost to the story of the death, at most, in milliseconds. */
export const STORY_MS = 1_000;

/** From the deadline of a request that a process has to the end of it, in milliseconds: the process itself may say it before. */
export const OVERDUE_MS = 250;

/** Connections to one process that are tried for one request, and the first pause between them, in milliseconds; each is twice as long, up to the longest. */
export const CONNECT_TRIES_AT_MOST = 20;
export const CONNECT_PAUSE_MS = 20;
export const LONGEST_PAUSE_MS = 500;

/** Stream identifiers that one connection to an isolate gives out, before another is opened. */
export const STREAM_IDS_AT_MOST = 0x3fffffff;

/** Descriptors of one isolate: files, their bytes together, names in one file, and messages within messages. */
export const DESCRIPTOR_FILES = 2_000;
export const DESCRIPTOR_BYTES = 16 * 1024 * 1024;
export const DESCRIPTOR_SYMBOLS = 50_000;
export const DESCRIPTOR_DEPTH = 64;

import type { Session } from "./session.js";

/** What a host needs of a Session, whichever way its calls take. */
export type ProcessSession = Pick<
  Session,
  | "writable"
  | "isAwaited"
  | "unsent"
  | "call"
  | "cancel"
  | "ping"
  | "streamsRead"
  | "streamRead"
  | "openStreams"
  | "close"
>;

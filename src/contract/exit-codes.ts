/**
 * The exit codes that a pihost itself chooses. 1 is Node's own for an uncaught error; the rest follow `sysexits.h`. Any
 * other code is the user's.
 */
export const PIHOST_EXIT = {
  /** A Shutdown request was carried out. */
  done: 0,
  /** The address cannot be served (EX_UNAVAILABLE). */
  cannotServe: 69,
  /** The host broke the handshake or speaks another version of it (EX_PROTOCOL). */
  protocol: 76,
  /** What the host denied is allowed nevertheless (EX_NOPERM). */
  notConfined: 77,
  /** It was started on something else than Node.js, or as an application that runs its own main (EX_CONFIG). */
  notNode: 78,
} as const;

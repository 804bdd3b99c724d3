/**
 * Every code that an `IsolationError` can carry, with one line on when. `docs/errors.md` is kept equal to this table by
 * a test.
 */
export const ERROR_CODES = {
  INVALID_OPTION: "An option or argument is outside its bound; the message names it, the bound and the value received.",
  START_FAILED: "The isolated process ended, could not be started, or could not be prepared, before it took calls.",
  START_TIMEOUT: "The isolated process did not take calls within `startTimeoutMs`.",
  CRASHED: "The isolated process died while this call was running, and the call may not be replayed.",
  RESTARTS_EXHAUSTED: "The restart budget is spent; the isolator is down.",
  UNRESPONSIVE: "The isolated process is alive but frozen or blocked past `unresponsiveAfterMs`, and was replaced.",
  LIMIT_EXCEEDED: "A limit ended the isolated process; `facts.reason` says which.",
  CANCELLED: "The caller's signal was aborted.",
  DEADLINE_EXCEEDED: "The call did not settle within its `timeoutMs`.",
  QUEUE_FULL: "`maxQueue` calls already wait.",
  STOPPED: "The isolator was shut down or terminated, or its process ended and `restart` is off.",
  MODULE_NOT_FOUND: "The module cannot be found from `from`.",
  MODULE_FAILED: "The module threw while it was loaded, or cannot be loaded by this Node.js; `cause` is what it threw.",
  METHOD_NOT_FOUND: "The module has no such export, or it is not something that can be called.",
  NOT_SERIALIZABLE:
    "A value cannot cross the process boundary; the message names the path inside the argument or result.",
  UNAUTHENTICATED: "A request came without the generation's token.",
  NOT_GRANTED: "An isolate of a kernel called, or handed on, what the manifest's `uses` does not grant it.",
  PROTOCOL: "The peer breaks the contract or does not know this version of it.",
} as const;

export type IsolationErrorCode = keyof typeof ERROR_CODES;

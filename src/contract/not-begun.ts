/**
 * The metadata by which a process that is shutting down says, beside UNAVAILABLE, that it has not begun with a request: it may be
 * sent to another process, whatever it does.
 */
export const NOT_BEGUN_KEY = "pihost-not-begun";

/** The connection to one process. */
export { openSession, type SessionConnection } from "./open-session.js";

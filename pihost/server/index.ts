/** The contract on a socket. */
export { createServer, type PihostServer } from "./create-server.js";

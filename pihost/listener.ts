import { createServer, type Socket } from "node:net";
import { socketCloser } from "../src/platform/close-listener.js";
import type { Pihost } from "./pihost.js";
import type { GrpcServer } from "./server/index.js";

/** How long answers get to leave, in milliseconds. */
const CLOSE_MS = 200;

export interface Listener {
  /** Hands every connection from now on to this server. */
  use(server: GrpcServer): void;
  /** Lets answers that are on their way leave, then closes. Never takes longer than a moment, never rejects. */
  close(): Promise<void>;
}

/**
 * Accepts connections and hands them to gRPC, which is loaded by the first one: the host itself talks on a descriptor,
 * and loading gRPC would be half of the start.
 *
 * @param where a path, or the descriptor of a socket that listens already
 */
export function listen(where: string | { readonly fd: number }, pihost: Pihost): Promise<Listener> {
  let grpc: GrpcServer | undefined;
  const server = createServer((socket: Socket) => {
    if (grpc === undefined) {
      const { createGrpcServer } = require("./server/index.js") as typeof import("./server/index.js");
      grpc = createGrpcServer(pihost);
    }
    grpc.accept(socket);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // The socket is made before listen() returns: so nobody else could ever have opened it, and the permission to change
    // modes is not needed.
    const umask = process.platform === "win32" ? undefined : process.umask(0o177);
    server.listen(where, () => {
      const close = typeof where === "string" ? socketCloser(server, where) : () => server.close();
      resolve({
        use(other) {
          grpc = other;
        },
        close: () =>
          new Promise((done) => {
            setTimeout(done, CLOSE_MS);
            // Emitted when the last connection has ended.
            server.once("close", done);
            close();
            grpc?.close();
          }),
      });
    });
    if (umask !== undefined) process.umask(umask);
  });
}

import type { Http2Server, IncomingHttpHeaders } from "node:http2";
import type { Server } from "@grpc/grpc-js";
import { AUTHORIZATION_KEY } from "../../src/contract/index.js";

/** The server of Node.js that an injector of grpc-js has made, which it keeps to itself. */
export function http2ServerOf(server: Server): Http2Server {
  const { http2Servers } = server as unknown as { readonly http2Servers: ReadonlyMap<Http2Server, unknown> };
  const [http2Server] = http2Servers.keys();
  if (http2Server === undefined) throw new Error("the server has no injector");
  return http2Server;
}

/**
 * Takes both tokens away from a request that has two. Node.js keeps the first of them without a word, and grpc-js never sees
 * that there was another one.
 */
export function refuseRepeatedToken(http2Server: Http2Server): void {
  http2Server.prependListener(
    "stream",
    (_: unknown, headers: IncomingHttpHeaders, __: unknown, rawHeaders: readonly string[]) => {
      if (hasRepeatedToken(rawHeaders)) delete headers[AUTHORIZATION_KEY];
    },
  );
}

/** @param rawHeaders names and values, one after the other */
export function hasRepeatedToken(rawHeaders: readonly string[]): boolean {
  let count = 0;
  // Names are in lower case: HTTP/2 refuses others.
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index] === AUTHORIZATION_KEY) count += 1;
  return count > 1;
}

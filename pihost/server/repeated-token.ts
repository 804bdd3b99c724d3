import type { Http2Server, IncomingHttpHeaders } from "node:http2";
import type { Server } from "@grpc/grpc-js";
import { AUTHORIZATION_KEY } from "../../src/contract/index.js";

/**
 * Takes both tokens away from a request that has two. Node.js keeps the first of them without a word, and grpc-js never sees
 * that there was another one. Call it once the server has an injector: it reaches for the server that this made.
 */
export function refuseRepeatedToken(server: Server): void {
  const { http2Servers } = server as unknown as { readonly http2Servers: ReadonlyMap<Http2Server, unknown> };
  for (const http2Server of http2Servers.keys()) {
    http2Server.prependListener(
      "stream",
      (_: unknown, headers: IncomingHttpHeaders, __: unknown, rawHeaders: readonly string[]) => {
        const names = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === AUTHORIZATION_KEY);
        if (names.length > 1) delete headers[AUTHORIZATION_KEY];
      },
    );
  }
}

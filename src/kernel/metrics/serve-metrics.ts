import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { invalidOption } from "../../errors/index.js";
import { digestOf, isSecret } from "../secret.js";
import { isLoopback, type MetricsAddress } from "./options.js";

/** What a client may take, in milliseconds, and how many there may be at a time: Prometheus is one. */
const REQUEST_MS = 10_000;
const CONNECTIONS = 32;
const HEADER_BYTES = 16 * 1024;

/** What `/metrics` answers with. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

/** `GET /metrics`, served. */
export interface MetricsServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** @throws IsolationError INVALID_OPTION for an address that cannot be used */
export async function serveMetrics(address: MetricsAddress, read: () => Promise<MetricsPage>): Promise<MetricsServer> {
  const { createServer } = await import("node:http");
  const options = { maxHeaderSize: HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS };
  const server = createServer(options, (request, response) => {
    void answer(address, read, request, response).catch(() => response.destroy());
  });
  server.maxConnections = CONNECTIONS;
  await listen(server, address);
  // Who reads metrics keeps no kernel alive.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    host: address.host,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: MetricsAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(invalidOption("metrics", `an address to listen on (${error.message})`, `${host}:${port}`)),
    );
    server.listen({ port, host, exclusive: true }, resolve);
  });
}

async function answer(
  address: MetricsAddress,
  read: () => Promise<MetricsPage>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("cache-control", "no-store").setHeader("x-content-type-options", "nosniff");
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const say = (status: number, text: string): void => void response.writeHead(status, TEXT).end(`${text}\n`);
  // A page of the web may have its own name lead to this address, and read what is served here.
  if (isLoopback(address.host) && !isLoopback(hostOf(request)))
    return say(421, "this is served to its own machine alone");
  if (address.token !== undefined && !isShown(address.token, request)) {
    response.setHeader("www-authenticate", "Bearer");
    return say(401, "authorization: Bearer TOKEN is missing, or wrong");
  }
  if (pathname !== "/metrics") return say(404, "there is only /metrics");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return say(405, "metrics can only be read");
  }
  try {
    const { contentType, body } = await read();
    response.writeHead(200, { "content-type": contentType });
    response.end(request.method === "HEAD" ? undefined : body);
  } catch (error) {
    say(500, error instanceof Error ? error.message : String(error));
  }
}

const TEXT = { "content-type": "text/plain; charset=utf-8" };

/** Without its port, and without the brackets of IPv6. */
function hostOf({ headers }: IncomingMessage): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(headers.host ?? "") ?? [];
  return bracketed ?? plain ?? "";
}

function isShown(token: string, { headers }: IncomingMessage): boolean {
  return isSecret(headers.authorization ?? "", digestOf(`Bearer ${token}`));
}

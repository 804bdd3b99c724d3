import { once, setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { IsolationError } from "../../errors/index.js";
import { Access } from "./access.js";
import { type DashboardOptions, type OpenDashboard, resolveDashboardOptions } from "./dashboard-options.js";
import { answerJson } from "./http-answer.js";
import type { KernelPort } from "./kernel-port.js";
import { Poller } from "./poller.js";
import { type Route, routesOf } from "./routes.js";

/** Connections, of which every page has a few. */
const CONNECTIONS_AT_ONCE = 128;

/** How long a client may take to send its headers, and all of its request, in milliseconds. */
const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;

/** Until pages have read that the kernel has ended, and until a page that does not read is disconnected, in milliseconds. */
const ENDED_MS = 500;
const CLOSE_MS = 500;

/**
 * Opens a dashboard.
 *
 * @throws IsolationError INVALID_OPTION for an option that it cannot be opened with, also a port that is taken
 */
export async function openDashboard(port: KernelPort, options: DashboardOptions = {}): Promise<OpenDashboard> {
  const { host, port: wanted } = resolveDashboardOptions(options);
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS });
  server.maxConnections = CONNECTIONS_AT_ONCE;
  // Who looks at a kernel does not keep its program alive.
  server.unref().on("connection", (socket) => socket.unref());
  const at = await listen(server, wanted, host);
  const name = host.includes(":") ? `[${host}]` : host;
  const access = new Access([`${name}:${at}`, `localhost:${at}`, ...(at === 80 ? [name, "localhost"] : [])]);
  const over = new AbortController();
  // One for each page.
  setMaxListeners(0, over.signal);
  const routes = routesOf({ port, poller: new Poller(port), access, over: over.signal });
  server.on("request", (request, response) => void handle(routes, access, request, response));
  let closing: Promise<void> | undefined;
  const end = (afterMs: number): Promise<void> => {
    closing ??= close(server, over, afterMs);
    return closing;
  };
  return {
    url: `http://${name}:${at}/?token=${access.token}`,
    close: () => end(0),
    drain: () => end(ENDED_MS),
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    const message = `the dashboard cannot listen at ${host}, port ${port}: ${(cause as Error).message}`;
    throw new IsolationError("INVALID_OPTION", message, { cause });
  }
}

/** @param afterMs how long pages may take to read the last of it */
async function close(server: Server, over: AbortController, afterMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const end = setTimeout(() => over.abort(), afterMs);
  const force = setTimeout(() => server.closeAllConnections(), afterMs + CLOSE_MS);
  await closed;
  clearTimeout(end);
  clearTimeout(force);
  over.abort();
}

async function handle(
  routes: readonly Route[],
  access: Access,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on("error", () => {});
  try {
    const refused = access.place(request);
    if (refused !== undefined) {
      refuse(request, response, refused.status, refused.error);
      return;
    }
    const url = new URL(`http://dashboard${request.url?.startsWith("/") ? request.url : "/"}`);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = routes.find((one) => one.method === method && one.path.test(url.pathname));
    const unproved = route?.access === "page" ? undefined : access.proof(request);
    if (unproved !== undefined) refuse(request, response, unproved.status, unproved.error);
    else if (route === undefined) refuse(request, response, 404, "there is nothing here");
    else await route.handle({ request, response, url }, route.path.exec(url.pathname) as RegExpExecArray);
  } catch (error) {
    fail(response, error);
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  request.resume();
  answerJson(response, status, { error });
}

/** What a request came to that was taken. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status =
    error instanceof RangeError ? 413 : error instanceof SyntaxError || error instanceof TypeError ? 400 : 409;
  if (status === 413) response.shouldKeepAlive = false;
  answerJson(response, status, { error: error instanceof Error ? error.message : String(error) });
}

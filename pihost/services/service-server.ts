import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { AUTHORIZATION_KEY, bearer, NOT_BEGUN_KEY, STATUS_DETAILS_KEY } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";
import {
  endWithStatus,
  type GrpcMethod,
  GrpcStatus,
  isGrpcRequest,
  type ServeOptions,
  serveStream,
} from "../../src/grpc/index.js";
import type { Pihost } from "../pihost.js";
import { createGrpcServer, type GrpcServer, type OtherServices } from "../server/index.js";
import { hasRepeatedToken } from "../server/repeated-token.js";
import { isSameSecret } from "../server/same-secret.js";
import { toServiceStatus } from "./to-grpc-error.js";

/** How long clients get to go, in milliseconds. */
const CLOSE_MS = 200;

/** How much a client may send ahead: in one call, and in all calls of its connection, in bytes. */
const STREAM_WINDOW = 256 * 1024;
const CONNECTION_WINDOW = 4 * 1024 * 1024;

export interface ServiceServer extends GrpcServer {
  /** Resolves when no call of a service has anything left to send. */
  flushed(): Promise<void>;
}

/**
 * The socket of a process whose module implements services: those are served here, and everything else by the server that
 * would have the socket alone otherwise, stream by stream.
 */
export function createServiceServer(
  pihost: Pihost,
  methods: ReadonlyMap<string, GrpcMethod>,
  others: OtherServices,
  { maxMessageBytes }: Pick<ServeOptions, "maxMessageBytes">,
): ServiceServer {
  const options: ServeOptions = {
    toError: toServiceStatus,
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
  };
  const expected = Buffer.from(bearer(pihost.token));
  const open = new Set<ServerHttp2Stream>();
  const sessions = new Set<ServerHttp2Session>();
  let rest: GrpcServer | undefined;

  function onStream(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    flags: number,
    rawHeaders: readonly string[],
  ): void {
    const method = methods.get(headers[":path"] ?? "");
    if (method === undefined) {
      rest ??= createGrpcServer(pihost, others);
      rest.handle(stream, headers, flags, rawHeaders);
      return;
    }
    if (!isAllowed(headers, rawHeaders)) {
      refuse(stream, headers);
      return;
    }
    if (pihost.draining) {
      refuseWhileDraining(stream);
      return;
    }
    open.add(stream);
    stream.once("close", () => open.delete(stream));
    serveStream(stream, headers, method, options, rawHeaders);
  }

  function isAllowed(headers: IncomingHttpHeaders, rawHeaders: readonly string[]): boolean {
    const given = headers[AUTHORIZATION_KEY];
    return given !== undefined && !hasRepeatedToken(rawHeaders) && isSameSecret(Buffer.from(given), expected);
  }

  function refuseWhileDraining(stream: ServerHttp2Stream): void {
    const { code, message, details } = toServiceStatus(
      new IsolationError("STOPPED", `${pihost.isolate} is shutting down`),
    );
    const bytes = details === undefined ? {} : { [STATUS_DETAILS_KEY]: Buffer.from(details).toString("base64") };
    endWithStatus(stream, code, message, { ...bytes, [NOT_BEGUN_KEY]: "1" });
  }

  const server = createServer({
    maxSendHeaderBlockLength: Number.MAX_SAFE_INTEGER,
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
    settings: { initialWindowSize: STREAM_WINDOW },
  });
  server.setTimeout(0);
  server.on("stream", onStream);
  server.on("sessionError", () => {});
  server.on("session", (session) => {
    session.setLocalWindowSize(CONNECTION_WINDOW);
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  return {
    accept: (socket) => void server.emit("connection", socket),
    handle: onStream,
    async flushed() {
      await Promise.all([...open].map((stream) => new Promise((resolve) => stream.once("close", resolve))));
    },
    close() {
      rest?.close();
      for (const session of sessions) session.close();
      setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, CLOSE_MS).unref();
    },
  };
}

function refuse(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on("error", () => {});
  if (!isGrpcRequest(stream, headers)) return;
  const message = "the request needs the metadata `authorization: Bearer <token>` with this generation's token";
  endWithStatus(stream, GrpcStatus.UNAUTHENTICATED, message);
}

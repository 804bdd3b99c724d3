import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HostServiceService } from "../../src/contract/service.js";
import type { Pihost } from "../pihost.js";
import { requireToken } from "./authentication.js";
import { addHealth } from "./health.js";
import { hostService } from "./host-service.js";
import { addReflection } from "./reflection.js";
import { http2ServerOf, refuseRepeatedToken } from "./repeated-token.js";

export interface GrpcServer {
  /** Takes over a connection that was just accepted. */
  accept(socket: Socket): void;
  /** Answers a request that came over a connection of somebody else's. */
  handle(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: readonly string[]): void;
  /** Tells clients to go; closes the connections of those that do not within `CLOSE_MS`. */
  close(): void;
}

/** How long answers get to leave, in milliseconds: grpc-js waits for ever when a client keeps a stream open. */
const CLOSE_MS = 200;

/** What there is beside the services of this server, for those that tell about services. */
export interface OtherServices {
  readonly names: readonly string[];
  /** The serialized descriptors of their files. */
  readonly files: readonly Uint8Array[];
}

const NO_OTHERS: OtherServices = { names: [], files: [] };

export function createGrpcServer(pihost: Pihost, others = NO_OTHERS): GrpcServer {
  const server = new Server({
    interceptors: [requireToken(pihost.token)],
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.enable_channelz": 0,
  });
  server.addService(HostServiceService, hostService(pihost));
  addHealth(server, pihost, others.names);
  addReflection(server, others.files);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const http2Server = http2ServerOf(server);
  refuseRepeatedToken(http2Server);
  return {
    handle: (...request) => void http2Server.emit("stream", ...request),
    accept: (socket) => injector.injectConnection(socket),
    // Not `tryShutdown`: it does not wait for connections that were injected.
    close: () => injector.drain(CLOSE_MS),
  };
}

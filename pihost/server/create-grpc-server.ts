import type { Socket } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HostServiceService } from "../../src/contract/service.js";
import type { Pihost } from "../pihost.js";
import { requireToken } from "./authentication.js";
import { addHealth } from "./health.js";
import { hostService } from "./host-service.js";
import { addReflection } from "./reflection.js";
import { refuseRepeatedToken } from "./repeated-token.js";

export interface GrpcServer {
  /** Takes over a connection that was just accepted. */
  accept(socket: Socket): void;
  /** Tells clients to go; closes the connections of those that do not within `CLOSE_MS`. */
  close(): void;
}

/** How long answers get to leave, in milliseconds: grpc-js waits for ever when a client keeps a stream open. */
const CLOSE_MS = 200;

export function createGrpcServer(pihost: Pihost): GrpcServer {
  const server = new Server({
    interceptors: [requireToken(pihost.token)],
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.enable_channelz": 0,
  });
  server.addService(HostServiceService, hostService(pihost));
  addHealth(server, pihost);
  addReflection(server);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  refuseRepeatedToken(server);
  return {
    accept: (socket) => injector.injectConnection(socket),
    // Not `tryShutdown`: it does not wait for connections that were injected.
    close: () => injector.drain(CLOSE_MS),
  };
}

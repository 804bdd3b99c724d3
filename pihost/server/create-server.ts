import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HostServiceService } from "../../src/contract/index.js";
import { grpcTarget } from "../../src/platform/index.js";
import type { Pihost } from "../pihost.js";
import { requireToken } from "./authentication.js";
import { addHealth } from "./health.js";
import { hostService } from "./host-service.js";
import { addReflection } from "./reflection.js";

export interface PihostServer {
  listen(address: string): Promise<void>;
  /** Lets answers that are on their way leave, then closes. Never takes longer than a moment, never rejects. */
  close(): Promise<void>;
}

/** How long answers get to leave, in milliseconds: grpc-js waits for ever when a client keeps a stream open. */
const CLOSE_MS = 200;

export function createServer(pihost: Pihost): PihostServer {
  const server = new Server({
    interceptors: [requireToken(pihost.token)],
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.enable_channelz": 0,
  });
  server.addService(HostServiceService, hostService(pihost));
  addHealth(server, pihost);
  addReflection(server);
  return {
    listen: (address) =>
      new Promise((resolve, reject) => {
        server.bindAsync(grpcTarget(address), ServerCredentials.createInsecure(), (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        setTimeout(resolve, CLOSE_MS);
        server.tryShutdown(() => resolve());
      }),
  };
}

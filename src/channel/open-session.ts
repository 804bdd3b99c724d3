import type { Duplex } from "node:stream";
import { createDescriptorLane, Session, type SessionOptions } from "../session/index.js";
import { connectHttp2Lane } from "./http2-lane.js";

/** The two ways to a process. */
export interface SessionConnection {
  /** The stream socket that the process inherited, where it speaks Session on it. */
  readonly descriptor: Duplex | undefined;
  /** Where it serves the contract. */
  readonly address: string;
  readonly token: string;
  readonly timeoutMs: number;
}

/** Opens the Session with a process that is ready: on the inherited descriptor where it can, else by gRPC on its socket. */
export async function openSession(connection: SessionConnection, options: SessionOptions): Promise<Session> {
  const { descriptor, address, token, timeoutMs } = connection;
  const lane =
    descriptor === undefined ? await connectHttp2Lane(address, token, timeoutMs) : createDescriptorLane(descriptor);
  return new Session(lane, options);
}

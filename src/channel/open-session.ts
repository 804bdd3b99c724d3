import type { Duplex } from "node:stream";
import {
  createDescriptorLane,
  type Lane,
  type ProcessSession,
  Session,
  type SessionOptions,
} from "../session/index.js";
import { connectHttp2Lane } from "./http2-lane.js";
import { InvokeSession } from "./invoke-session.js";

/** The ways to a process. */
export interface SessionConnection {
  /** The stream socket that the process inherited, where it speaks Session on it. */
  readonly descriptor: Duplex | undefined;
  /** Where it serves the contract. */
  readonly address: string;
  readonly token: string;
  readonly timeoutMs: number;
  /** Whether it speaks Session at all; else each call is an RPC. */
  readonly speaksSession: boolean;
  /** Listens in on the lane; absent for nobody. */
  readonly tap?: ((lane: Lane) => Lane) | undefined;
}

/**
 * Opens the Session with a process that is ready: on the inherited descriptor where it can, else by gRPC on its socket. Where it
 * has none, calls are RPCs.
 */
export async function openSession(connection: SessionConnection, options: SessionOptions): Promise<ProcessSession> {
  const { descriptor, address, token, timeoutMs, speaksSession, tap } = connection;
  if (!speaksSession) return InvokeSession.connect(address, token, timeoutMs, options);
  const lane =
    descriptor === undefined ? await connectHttp2Lane(address, token, timeoutMs) : createDescriptorLane(descriptor);
  return new Session(tap === undefined ? lane : tap(lane), options);
}

import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { IsolationError } from "../../src/errors/index.js";
import {
  asLaneSocket,
  BUDGET,
  type Budget,
  type CallExtras,
  type Callee,
  type CallTarget,
  createDescriptorLane,
  Session,
  type SharedMemory,
  UNBOUNDED,
} from "../../src/session/index.js";
import { useDirectory } from "../helpers/use-directory.js";

export type Exports = Readonly<Record<string, Callee>>;

/** The module that the tests call, here and in other processes. */
export const LIBRARY = fileURLToPath(new URL("../fixtures/session/library.mjs", import.meta.url));

const library = (await import(LIBRARY)) as Exports;

/** One end of a Session, with the bookkeeping that a test needs. */
export interface End {
  readonly session: Session;
  /** What the session was lost with, if it was. */
  readonly lost: IsolationError[];
  /** The socket under its lane. */
  readonly socket: Socket;
  /** The folder of its segments, if it has one. */
  readonly folder: string | undefined;
  /** Calls an export of the other end; rejects when the session is lost. */
  call(method: string, ...args: unknown[]): Promise<unknown>;
  /** The same, with the call's id and what a call may have beyond its arguments. */
  start(method: string, args: readonly unknown[], extras?: CallExtras): { id: number; result: Promise<unknown> };
}

export interface PairOptions {
  /** Whether large payloads go through files, in a directory that stands for /dev/shm. Default false. */
  readonly sharedMemory?: boolean;
  /** What the callee exports. Default: test/fixtures/session/library.mjs. */
  readonly exports?: Exports;
  /** What the callee may cost the caller. Default: that of a host. */
  readonly budget?: Budget;
  /** What the caller may cost the callee. Default: anything. */
  readonly calleeBudget?: Budget;
}

/** Two Sessions of this process over a real unix socket: `caller` calls `callee`. */
export async function useSessionPair(options: PairOptions = {}): Promise<{ caller: End; callee: End }> {
  const [near, far] = await useSocketPair();
  const folder = options.sharedMemory === true ? join(useDirectory(), "memory") : undefined;
  if (folder !== undefined) mkdirSync(folder, { mode: 0o700 });
  const exports = options.exports ?? library;
  const caller = createEnd(near, {}, { folder, ownPrefix: "h", peerPrefix: "p" }, options.budget);
  // As the isolated process, which has no choice but to trust its host.
  const callee = createEnd(
    far,
    exports,
    { folder, ownPrefix: "p", peerPrefix: "h" },
    options.calleeBudget ?? UNBOUNDED,
  );
  return { caller, callee };
}

/** One Session whose peer is a bare socket. */
export async function useSessionEnd(
  exports: Exports = library,
  budget: Budget = BUDGET,
  folder?: string,
): Promise<{ end: End; peer: Socket }> {
  const [near, far] = await useSocketPair();
  return { end: createEnd(near, exports, { folder, ownPrefix: "h", peerPrefix: "p" }, budget), peer: far };
}

/** Both ends of a connection over a unix socket; closed with the test. */
export async function useSocketPair(): Promise<[Socket, Socket]> {
  const path = join(useDirectory(), "s");
  const server = createServer();
  await once(server.listen(path), "listening");
  const near = connect(path);
  const [far] = (await once(server, "connection")) as [Socket];
  if (near.connecting) await once(near, "connect");
  server.close();
  near.on("error", () => {});
  far.on("error", () => {});
  onTestFinished(() => {
    near.destroy();
    far.destroy();
  });
  return [near, far];
}

function createEnd(
  connection: Socket,
  exports: Exports,
  { folder, ownPrefix, peerPrefix }: { folder: string | undefined; ownPrefix: string; peerPrefix: string },
  budget: Budget | undefined,
): End {
  // As the sockets of processes are.
  const socket = asLaneSocket(connection) as Socket;
  socket.on("error", () => {});
  const lost: IsolationError[] = [];
  const waiting = new Set<(error: unknown) => void>();
  const sharedMemory: SharedMemory | undefined = folder === undefined ? undefined : { folder, ownPrefix, peerPrefix };
  const session = new Session(createDescriptorLane(socket), {
    handler: {
      resolve: (_, method) => {
        const callee = exports[method];
        if (callee === undefined) throw new Error(`there is no ${method}`);
        return callee;
      },
      run: (callee, args) => (typeof callee === "function" ? callee(...args) : callee.then((own) => own(...args))),
    },
    sharedMemory,
    budget,
    onLost: (broken) => {
      const error = broken ?? new IsolationError("STOPPED", "the connection was closed");
      lost.push(error);
      session.close(error);
      for (const reject of waiting) reject(error);
    },
  });
  onTestFinished(() => session.close(new Error("the test is over")));
  const targets = new Map<string, CallTarget>();
  const targetOf = (method: string): CallTarget => {
    const known = targets.get(method) ?? { kind: "module", module: "library", method };
    targets.set(method, known);
    return known;
  };
  const start: End["start"] = (method, args, extras) => {
    let id = 0;
    const result = new Promise<unknown>((resolve, reject) => {
      // Held only while it waits: a rejecter holds its promise, and that its value.
      waiting.add(reject);
      const over =
        <A>(settle: (value: A) => void) =>
        (value: A) => {
          waiting.delete(reject);
          settle(value);
        };
      id = session.call(targetOf(method), args, { resolve: over(resolve), reject: over(reject) }, extras);
    });
    return { id, result };
  };
  return { session, lost, socket, folder, start, call: (method, ...args) => start(method, args).result };
}

/** Resolves when everything that either end has sent so far was handled by the other. */
export async function settle(...ends: readonly End[]): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await Promise.all(ends.map(({ session }) => session.ping()));
  }
}

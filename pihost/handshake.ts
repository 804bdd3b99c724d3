import { readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import {
  type Go,
  HANDSHAKE_DESCRIPTOR,
  type HandshakeFromProcess,
  handshakeLine,
  PIHOST_EXIT,
  PROTOCOLS,
  parseHandshakeFromHost,
  SESSION_DESCRIPTOR,
} from "../src/contract/index.js";
import { openLaneSocket } from "../src/session/index.js";

/**
 * Waits for the host's "go" without an event loop, so that no user code and no timer can run before the host has
 * registered this process with its guards. If the descriptor ends first, the host is dead and so are we.
 */
export function awaitGo(): Go {
  const message = parseHandshakeFromHost(readLine());
  if (message?.$case !== "go") return refuse("the host broke the handshake: it must answer hello with go");
  const { protocol } = message.value;
  const { oldest, newest } = PROTOCOLS;
  if (protocol >= oldest && protocol <= newest) return message.value;
  return refuse(`the host speaks protocol version ${protocol}, this pihost ${oldest} to ${newest}`);
}

/** Tells the host something on the private descriptor. */
export function tellHost(message: HandshakeFromProcess["message"]): void {
  try {
    writeSync(HANDSHAKE_DESCRIPTOR, handshakeLine(message));
  } catch {
    // The host is gone; the end of the descriptor is about to say so.
  }
}

/** Tells when the descriptor ends: the host is dead, however it died. */
export function onHostGone(callback: () => void): void {
  const lifeline = new Socket({ fd: HANDSHAKE_DESCRIPTOR, readable: true, writable: false });
  lifeline.on("error", () => {});
  lifeline.once("close", callback);
  lifeline.resume();
}

/** Our end of the stream socket on which the host speaks Session. */
export function openSessionSocket(): Socket {
  return openLaneSocket(SESSION_DESCRIPTOR);
}

function readLine(): string {
  const bytes: number[] = [];
  const byte = Buffer.alloc(1);
  while (byte[0] !== 0x0a) {
    if (readByte(byte) === 0) process.kill(process.pid, "SIGKILL");
    bytes.push(byte[0] as number);
  }
  return Buffer.from(bytes).toString("utf8");
}

function readByte(into: Buffer): number {
  for (;;) {
    try {
      return readSync(HANDSHAKE_DESCRIPTOR, into, 0, 1, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      // A host in another language may have handed over a non-blocking descriptor.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function refuse(why: string): never {
  process.stderr.write(`pihost: ${why}\n`);
  process.exit(PIHOST_EXIT.protocol);
}

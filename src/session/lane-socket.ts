import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { Duplex } from "node:stream";
import { type IncomingBytes, incomingBytes } from "./incoming-bytes.js";

/**
 * Stream sockets that are read into one piece of memory, over and over. Otherwise Node makes a chunk of 64 KiB for each read
 * and cuts it down to what came, which is a good part of what a small frame costs.
 */

/** The most that is read at once: a frame with all that goes inline, and some of the next. */
const READ_BYTES = 128 * 1024;

const intakes = new WeakMap<Duplex, Intake>();

/** The socket at a descriptor that this process was born with. */
export function openLaneSocket(fd: number): Socket {
  return create({ fd });
}

/**
 * In the place of the socket that Node made for a child's descriptor: `spawn` has no option for it. A socket whose handle is
 * another one day stays as it is.
 */
export function asLaneSocket(socket: Duplex): Duplex {
  const handle = Reflect.get(socket, "_handle") as (object & { useUserBuffer?: unknown }) | null | undefined;
  if (typeof handle?.useUserBuffer !== "function") return socket;
  Reflect.set(socket, "_handle", null);
  socket.destroy();
  return create({ handle });
}

/** What a lane reads of a socket, or of any other stream. */
export function incomingBytesOf(stream: Duplex): IncomingBytes {
  return intakes.get(stream) ?? incomingBytes(stream);
}

function create(origin: { readonly fd: number } | { readonly handle: object }): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const options: SocketConstructorOpts & ConnectOpts = {
    ...origin,
    readable: true,
    writable: true,
    onread: { buffer, callback: (length) => intake.take(buffer.subarray(0, length)) },
  };
  const socket = new Socket(options);
  const intake = new Intake(socket);
  intakes.set(socket, intake);
  return socket;
}

/** Where the bytes go: nowhere until somebody listens. */
class Intake implements IncomingBytes {
  readonly areLent = true;
  readonly #socket: Socket;
  #listener: ((bytes: Buffer) => void) | undefined;
  #early: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @returns whether more is wanted */
  take(bytes: Buffer): boolean {
    if (this.#listener === undefined) this.#early = Buffer.from(bytes);
    else this.#listener(bytes);
    return this.#listener !== undefined;
  }

  onBytes(listener: (bytes: Buffer) => void): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = undefined;
    // First, so that a listener who has enough can pause.
    this.resume();
    if (early !== undefined) listener(early);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

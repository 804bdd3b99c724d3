import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { Duplex, type Transform } from "node:stream";
import { endWithStatus, type GrpcMethod, GrpcStatus, serveStream } from "../../grpc/index.js";
import { METADATA_BYTES, STREAMS_AT_ONCE } from "./bounds.js";

/** Bytes between the router and the kernel's own services that either side may be ahead of the other. */
const AHEAD_BYTES = 256 * 1024;

/** What the kernel serves itself, behind connections that are within this process. */
export class LocalServices {
  readonly #server: Http2Server;
  readonly #methods: ReadonlyMap<string, GrpcMethod>;

  constructor(methods: readonly GrpcMethod[]) {
    this.#methods = new Map(methods.map((method) => [method.path, method]));
    this.#server = createServer({
      settings: { maxConcurrentStreams: STREAMS_AT_ONCE, maxHeaderListSize: 2 * METADATA_BYTES },
    });
    this.#server.on(
      "stream",
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _: number, rawHeaders: string[]) => {
        const path = String(headers[":path"]);
        const method = this.#methods.get(path);
        if (method !== undefined) serveStream(stream, headers, method, {}, rawHeaders);
        else endWithStatus(stream, GrpcStatus.UNIMPLEMENTED, `the kernel has no method ${path.slice(0, 200)}`);
      },
    );
    this.#server.on("sessionError", () => {});
  }

  connect(): Duplex {
    const [near, far] = duplexPair();
    this.#server.emit("connection", far);
    return near;
  }
}

/** Two ends of a connection in memory. */
function duplexPair(): [Duplex, Duplex] {
  const near = new End();
  const far = new End();
  near.peer = far;
  far.peer = near;
  return [near, far];
}

class End extends Duplex {
  peer: End | undefined;
  /** Called when the other end may write on. */
  #taken: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: AHEAD_BYTES, allowHalfOpen: false });
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: string, callback: Parameters<Transform["_write"]>[2]): void {
    const { peer } = this;
    if (peer === undefined || peer.destroyed) callback();
    else if (peer.push(chunk)) callback();
    else peer.#taken = callback;
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.peer?.push(null);
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { peer } = this;
    this.peer = undefined;
    // As a socket that is closed: the other end is at its end, too.
    setImmediate(() => peer?.destroy());
    callback(error);
  }
}

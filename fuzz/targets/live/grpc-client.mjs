import { connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { PATIENCE_MS } from "./subject.mjs";

/**
 * A gRPC client that sends any bytes at all as the body of a request.
 */
export class GrpcClient {
  #session;
  #socket;
  #token;

  /** @param {{ address: string, token: string }} live */
  constructor({ address, token }) {
    this.#token = token;
    const socket = connect(address);
    this.#socket = socket;
    this.#session = connectHttp2("http://localhost", { createConnection: () => socket });
    this.#session.on("error", () => {});
  }

  get isOpen() {
    return !this.#session.closed && !this.#session.destroyed;
  }

  /** Bytes that came so far. */
  get received() {
    return this.#socket.bytesRead;
  }

  /**
   * Sends a request and its end; resolves with whether it was answered with OK, as soon as that is known. A stream of
   * answers counts as OK with its first message.
   * @param {string} path
   * @param {Buffer} body
   * @param {string} [token]
   * @returns {Promise<boolean>} rejects when there is no answer
   */
  ask(path, body, token = this.#token) {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({
        [constants.HTTP2_HEADER_METHOD]: "POST",
        [constants.HTTP2_HEADER_PATH]: path,
        [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
        [constants.HTTP2_HEADER_TE]: "trailers",
        authorization: `Bearer ${token}`,
      });
      const timer = setTimeout(() => {
        stream.close(constants.NGHTTP2_CANCEL);
        reject(new Error(`${path} was not answered within ${PATIENCE_MS} ms`));
      }, PATIENCE_MS);
      const end = (/** @type {boolean} */ isOk) => {
        clearTimeout(timer);
        resolve(isOk);
        if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
      };
      const see = (/** @type {import("node:http2").IncomingHttpHeaders} */ headers) => {
        const status = headers["grpc-status"];
        if (status !== undefined) end(status === "0");
      };
      stream.on("response", see);
      stream.on("trailers", see);
      stream.on("data", () => end(true));
      stream.on("error", () => {});
      stream.on("close", () => end(false));
      stream.end(body);
    });
  }

  close() {
    this.#session.destroy();
  }
}

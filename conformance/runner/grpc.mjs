import { connect } from "node:http2";
import { createConnection } from "node:net";
import { connectWithHeaders } from "./any-headers.mjs";
import { createMessageReader, prefixed } from "./framing.mjs";
import { decode, delimited, encode } from "./protobuf.mjs";
import { Mismatch, show, Watch } from "./wait.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./protobuf.mjs").Types} Types
 * @typedef {{ service: string, request: string, response: string }} Form
 */

/** RPCs whose messages do not follow from their names. @type {Record<string, Form>} */
const FORMS = {
  Check: {
    service: "grpc.health.v1.Health",
    request: "grpc.health.v1.HealthCheckRequest",
    response: "grpc.health.v1.HealthCheckResponse",
  },
  ServerReflectionInfo: {
    service: "grpc.reflection.v1.ServerReflection",
    request: "grpc.reflection.v1.ServerReflectionRequest",
    response: "grpc.reflection.v1.ServerReflectionResponse",
  },
};

/** @param {string} rpc @returns {Form} */
const formOf = (rpc) =>
  FORMS[rpc] ?? {
    service: "pihost.v1.HostService",
    request: `pihost.v1.${rpc}Request`,
    response: `pihost.v1.${rpc}Response`,
  };

/** The socket of a process, over one connection. */
export class GrpcSocket {
  #client;
  #types;
  #path;

  /** @param {string} path @param {Types} types */
  constructor(path, types) {
    this.#types = types;
    this.#path = path;
    this.#client = open(() => createConnection(path));
  }

  /**
   * Begins an RPC.
   * @param {string} rpc @param {Message | undefined} message undefined: the caller writes
   * @param {{ authorization: readonly string[], path?: string }} options one value of the header for each
   */
  request(rpc, message, { authorization, path }) {
    const form = formOf(rpc);
    const headers = [
      ...[
        [":method", "POST"],
        [":scheme", "http"],
        [":path", path ?? `/${form.service}/${rpc}`],
        [":authority", "localhost"],
      ],
      ...[
        ["content-type", "application/grpc"],
        ["te", "trailers"],
        ...authorization.map((value) => ["authorization", value]),
      ],
    ];
    // Node.js does not send a header twice that HTTP wants once.
    const isUsual = authorization.length < 2;
    const client = isUsual
      ? this.#client
      : open(() => connectWithHeaders(this.#path, /** @type {[string, string][]} */ (headers)));
    const stream = client.request(isUsual ? Object.fromEntries(headers) : { ":method": "POST" });
    if (!isUsual) stream.once("close", () => client.destroy());
    const answer = new Answer(stream, (bytes) => decode(this.#types, form.response, bytes), this.#types);
    if (message !== undefined) stream.end(prefixed(encode(this.#types, form.request, message)));
    return { stream, answer };
  }

  close() {
    this.#client.destroy();
  }
}

/** @param {() => import("node:stream").Duplex} createConnection */
function open(createConnection) {
  const client = connect("http://localhost", { createConnection });
  client.on("error", () => {});
  return client;
}

/** What comes of an RPC. */
export class Answer {
  /** @type {Message[]} */
  messages = [];
  /** The gRPC status; undefined until there is one. @type {{ code: number, message: string, error: Message | undefined, trailerBytes: number } | undefined} */
  status;
  watch = new Watch();

  /** @param {import("node:http2").ClientHttp2Stream} stream @param {(bytes: Buffer) => Message} read @param {Types} types */
  constructor(stream, read, types) {
    const reader = createMessageReader((bytes) => {
      this.messages.push(read(bytes));
      this.watch.changed();
    });
    const take = (/** @type {import("node:http2").IncomingHttpHeaders} */ headers) => {
      if (headers["grpc-status"] === undefined) return;
      this.status = toStatus(headers, types);
      this.watch.changed();
    };
    stream.on("response", take).on("trailers", take).on("data", reader);
    stream.on("error", (error) => this.#lost(error.message));
    stream.on("close", () => this.#lost("the stream was closed without a status"));
  }

  /** @param {number} timeoutMs */
  over(timeoutMs) {
    return this.watch.until(
      () => this.status,
      timeoutMs,
      () => `the RPC has no status; it gave ${show(this.messages)}`,
    );
  }

  /** @param {number} count @param {number} timeoutMs */
  atLeast(count, timeoutMs) {
    return this.watch.until(
      () => {
        if (this.messages.length >= count) return this.messages;
        if (this.status !== undefined)
          throw new Mismatch(
            `the RPC ended with ${show(this.status)} and ${this.messages.length} of ${count} messages`,
          );
        return undefined;
      },
      timeoutMs,
      () => `${count} messages should have come; there were ${show(this.messages)}`,
    );
  }

  /** @param {string} why */
  #lost(why) {
    this.status ??= { code: 14, message: why, error: undefined, trailerBytes: 0 };
    this.watch.changed();
  }
}

/** @param {import("node:http2").IncomingHttpHeaders} headers @param {Types} types */
function toStatus(headers, types) {
  const details = headers["grpc-status-details-bin"];
  const trailers = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
  return {
    code: Number(headers["grpc-status"]),
    message: decodeURIComponent(String(headers["grpc-message"] ?? "")),
    error: typeof details === "string" ? remoteError(types, Buffer.from(details, "base64")) : undefined,
    trailerBytes: trailers.reduce((sum, [name, value]) => sum + name.length + String(value).length + 32, 0),
  };
}

/** The RemoteError in a google.rpc.Status, as the facts that a Session gives. @param {Types} types @param {Buffer} bytes */
function remoteError(types, bytes) {
  const { details } = decode(types, "google.rpc.Status", bytes);
  if (details?.length !== 1) throw new Mismatch(`the status should have one detail; it has ${details?.length ?? 0}`);
  return factsOf(decode(types, "pihost.v1.RemoteError", details[0].value ?? Buffer.alloc(0)));
}

/** @param {Message} error @returns {Message} */
function factsOf({
  framework_code = "",
  name = "",
  message = "",
  stack = "",
  code,
  cause,
  cause_value,
  errors,
  fields = {},
  thrown,
}) {
  if (thrown !== undefined) return { thrown };
  const facts = { framework: framework_code, class: name, message, stack, fields };
  return {
    ...facts,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: factsOf(cause) }),
    ...(cause_value === undefined ? {} : { cause: cause_value }),
    ...(errors === undefined ? {} : { members: errors.map(factsOf) }),
  };
}

/** A Session by its RPC, as a lane. @param {GrpcSocket} socket @param {string} token */
export function openSessionRpc(socket, token) {
  const { stream, answer } = socket.request("Session", undefined, { authorization: [`Bearer ${token}`] });
  return {
    stream,
    answer,
    write: (/** @type {Buffer} */ frame) => void stream.write(prefixed(delimited(1, frame))),
  };
}

import { once } from "node:events";
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { connect } from "node:net";
import { join } from "node:path";
import { type Client, credentials, makeGenericClientConstructor, type ServiceDefinition } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { endWithStatus, type GrpcCall, type GrpcMethod, type ServeOptions, serveStream } from "../../src/grpc/index.js";
import { useDirectory } from "../helpers/use-directory.js";

export type Handler = (request: string & AsyncIterable<string>, call: GrpcCall) => unknown;
export type Kind = "unary" | "clientStream" | "serverStream" | "bidi";

/** A method whose messages are texts. */
export function textMethod(kind: Kind, handle: Handler): GrpcMethod {
  return {
    path: `/test.Texts/${kind}`,
    requestStream: kind === "clientStream" || kind === "bidi",
    responseStream: kind === "serverStream" || kind === "bidi",
    decode: (bytes) => bytes.toString(),
    encode: (message) => Buffer.from(message as string),
    handle: handle as GrpcMethod["handle"],
  };
}

export interface GrpcServer {
  readonly address: string;
  /** The streams that arrived. */
  readonly streams: readonly ServerHttp2Stream[];
}

/** A server of these methods, on a unix socket, until the test ends. */
export async function useGrpcServer(methods: readonly GrpcMethod[], options: ServeOptions = {}): Promise<GrpcServer> {
  const address = join(useDirectory(), "grpc.sock");
  const streams: ServerHttp2Stream[] = [];
  const server = createServer();
  server.on("sessionError", () => {});
  server.on("session", (session) => onTestFinished(() => session.destroy()));
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _: number, raw: readonly string[]) => {
    streams.push(stream);
    const method = methods.find(({ path }) => path === headers[":path"]);
    if (method === undefined) endWithStatus(stream, 12, "no such method");
    else serveStream(stream, headers, method, options, raw);
  });
  server.listen(address);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { address, streams };
}

const KINDS: readonly Kind[] = ["unary", "clientStream", "serverStream", "bidi"];
const identity = (bytes: Buffer): string => bytes.toString();
const definition: ServiceDefinition = Object.fromEntries(
  KINDS.map((kind) => [
    kind,
    {
      path: `/test.Texts/${kind}`,
      requestStream: kind === "clientStream" || kind === "bidi",
      responseStream: kind === "serverStream" || kind === "bidi",
      requestSerialize: (text: string) => Buffer.from(text),
      requestDeserialize: identity,
      responseSerialize: (text: string) => Buffer.from(text),
      responseDeserialize: identity,
    },
  ]),
);
const TextsClient = makeGenericClientConstructor(definition, "test.Texts");

/** A client of grpc-js for the methods of `textMethod`. */
export function useTextsClient({ address }: GrpcServer, options: object = {}): Client {
  const client = new TextsClient(`unix:${address}`, credentials.createInsecure(), options);
  onTestFinished(() => client.close());
  return client;
}

/** An HTTP/2 connection without any gRPC. */
export function useRawClient({ address }: GrpcServer): ClientHttp2Session {
  const session = connectHttp2("http://localhost", { createConnection: () => connect(address) });
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** A message as gRPC frames it; what its prefix says may be a lie. */
export function frame(text: string | Buffer, { flag = 0, length }: { flag?: number; length?: number } = {}): Buffer {
  const bytes = Buffer.from(text);
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length ?? bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

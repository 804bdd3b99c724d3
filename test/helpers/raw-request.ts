import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { useDirectory } from "./use-directory.js";

/** An HTTP/2 connection to a socket, without any gRPC. */
export function useHttp2(address: string): ClientHttp2Session {
  const session = connectHttp2("http://localhost", { createConnection: () => connect(address) });
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** The names and values of a block of headers, each as often as it came. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Sends one gRPC message; resolves with the last block of headers that came. */
export async function lastHeadersOf(
  session: ClientHttp2Session,
  path: string,
  token: string,
  message: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<HeaderList> {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Bearer ${token}`,
    ...headers,
  });
  let last: readonly string[] = [];
  const take = (_: unknown, __: unknown, raw: readonly string[]): void => {
    last = raw;
  };
  stream.on("response", take);
  stream.on("trailers", take);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
  stream.resume();
  await once(stream, "close");
  return last.flatMap((name, index) => (index % 2 === 0 ? [[name, last[index + 1] ?? ""] as const] : []));
}

/** How many bytes HTTP/2 counts for a block of headers. */
export function headerBytes(list: HeaderList): number {
  return list.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 32, 0);
}

const PREFACE_LENGTH = 24;
const FRAME_HEAD = 9;
const HEADERS = 1;
/** END_STREAM and END_HEADERS; what else a client may set is about what the other block has. */
const KEPT_FLAGS = 5;

/**
 * The address of a socket that passes everything on to another one, but for the headers of each request, which are these: also
 * such as no client of Node.js would send.
 */
export async function useOtherHeaders(address: string, list: HeaderList): Promise<string> {
  const path = join(useDirectory(), "proxy.sock");
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const target = connect(address);
    sockets.push(client, target);
    for (const socket of [client, target]) socket.on("error", () => {});
    target.pipe(client);
    let pending = Buffer.alloc(0);
    let preface = PREFACE_LENGTH;
    client.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk as Buffer]);
      while (pending.length >= preface + FRAME_HEAD) {
        const length = preface + FRAME_HEAD + pending.readUIntBE(preface, 3);
        if (pending.length < length) return;
        const frame = pending.subarray(preface, length);
        target.write(pending.subarray(0, preface));
        target.write(frame[3] === HEADERS ? headersFrame(frame, list) : frame);
        pending = pending.subarray(length);
        preface = 0;
      }
    });
  });
  server.listen(path);
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path;
}

/** A frame of headers in the place of another one, in HPACK's literals, which leave no trace in the connection. */
function headersFrame(original: Buffer, list: HeaderList): Buffer {
  const literal = (text: string): Buffer => Buffer.concat([hpackLength(Buffer.byteLength(text)), Buffer.from(text)]);
  const block = Buffer.concat(list.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
  const head = Buffer.from(original.subarray(0, FRAME_HEAD));
  head.writeUIntBE(block.length, 0, 3);
  head[4] = (original[4] ?? 0) & KEPT_FLAGS;
  return Buffer.concat([head, block]);
}

/** A number in seven bits, or in as many more bytes as it takes. */
function hpackLength(length: number): Buffer {
  if (length < 127) return Buffer.from([length]);
  const bytes = [127];
  let rest = length - 127;
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

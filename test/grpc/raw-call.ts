import { once } from "node:events";
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";

export interface RawAnswer {
  /** Each block of headers that came, the trailers at last. */
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
  readonly body: Buffer;
  /** With which the stream was closed. */
  readonly rstCode: number;
  readonly status: string | undefined;
  readonly message: string | undefined;
}

const HEADERS = { ":method": "POST", "content-type": "application/grpc", te: "trailers" };

/** Begins a request by hand. A header that is undefined is left out. */
export function beginRaw(
  session: ClientHttp2Session,
  path: string,
  headers: OutgoingHttpHeaders = {},
): { stream: ClientHttp2Stream; answer: Promise<RawAnswer> } {
  const all = Object.entries({ ...HEADERS, ":path": path, ...headers }).filter(([, value]) => value !== undefined);
  const stream = session.request(Object.fromEntries(all), { endStream: false });
  return { stream, answer: collect(stream) };
}

/** Sends a request by hand, and waits for the whole answer. */
export function callRaw(
  session: ClientHttp2Session,
  path: string,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): Promise<RawAnswer> {
  const { stream, answer } = beginRaw(session, path, headers);
  stream.end(body);
  return answer;
}

async function collect(stream: ClientHttp2Stream): Promise<RawAnswer> {
  const blocks: Record<string, unknown>[] = [];
  const parts: Buffer[] = [];
  stream.on("error", () => {});
  stream.on("response", (headers) => blocks.push({ ...headers }));
  stream.on("trailers", (headers) => blocks.push({ ...headers }));
  stream.on("data", (chunk: Buffer) => parts.push(chunk));
  if (!stream.destroyed) await once(stream, "close");
  const last = blocks.at(-1) ?? {};
  return {
    blocks,
    body: Buffer.concat(parts),
    rstCode: stream.rstCode,
    status: last["grpc-status"] as string | undefined,
    message: last["grpc-message"] as string | undefined,
  };
}

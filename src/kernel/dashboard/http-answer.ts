import type { IncomingMessage, ServerResponse } from "node:http";

/** Bytes of the body of a request. */
const BODY_BYTES = 64 * 1024;

/**
 * Of every answer. The page loads its own files, talks to its own server, and can be shown in no other page; what an isolate
 * wrote is text there, and would be nothing else even if it became part of the page.
 */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cache-control": "no-store",
} as const;

export function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, {
    ...HEADERS,
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="pihost dashboard"' } : {}),
    "content-type": type,
    "content-length": Buffer.byteLength(body),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

export function answerJson(response: ServerResponse, status: number, body: object): void {
  answer(response, status, "application/json; charset=utf-8", JSON.stringify(body));
}

/** Begins an answer of any length. */
export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream; charset=utf-8" });
  response.flushHeaders();
}

/** The body of a request, a JSON object. @throws RangeError for one that is too long; SyntaxError for one that is none */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES) throw new RangeError(`the body is longer than ${BODY_BYTES} bytes`);
    parts.push(part);
  }
  const value: unknown = bytes === 0 ? {} : JSON.parse(Buffer.concat(parts).toString("utf8"));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SyntaxError("the body must be a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

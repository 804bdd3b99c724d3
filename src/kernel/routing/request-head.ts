import { parseTimeout } from "../../grpc/index.js";
import type { Fields } from "./http2/hpack-decoder.js";

/** Picks an isolate, where the service alone does not. */
export const ISOLATE_KEY = "x-pihost-isolate";

/** What the front door has to know of a request. */
export interface RequestHead {
  readonly path: string;
  /** The part of the path before the method. */
  readonly service: string;
  readonly isGrpc: boolean;
  readonly method: string;
  readonly authorization: string | undefined;
  readonly isolate: string | undefined;
  /** Milliseconds; undefined for none, or one that the isolate will refuse. */
  readonly timeoutMs: number | undefined;
  readonly contentLength: number | undefined;
  /** All fields for the isolate: without the authorization and the choice of the isolate, which are the front door's. */
  readonly forwarded: Fields;
}

/** Fields of a connection, which HTTP/2 does not have (RFC 9113, 8.2.2). */
const OF_CONNECTION = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

/** @returns undefined where the fields are no request of HTTP/2 (RFC 9113, 8.3) */
export function readRequestHead(fields: Fields): RequestHead | undefined {
  const pseudo: Record<string, string | undefined> = Object.create(null);
  const forwarded: Fields = [];
  let authorization: string | undefined;
  let isolate: string | undefined;
  let timeout: string | undefined;
  let contentType = "";
  let contentLength: string | undefined;
  let isRegular = false;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (name.charCodeAt(0) === COLON) {
      if (isRegular || !PSEUDO.has(name) || pseudo[name] !== undefined) return undefined;
      pseudo[name] = value;
    } else {
      isRegular = true;
      if (OF_CONNECTION.has(name) || (name === "te" && value !== "trailers")) return undefined;
      if (name === "authorization") {
        // Of two, neither counts.
        authorization = authorization === undefined ? value : "";
        continue;
      }
      if (name === ISOLATE_KEY) {
        isolate = value;
        continue;
      }
      if (name === "grpc-timeout") timeout = value;
      else if (name === "content-type") contentType = value;
      else if (name === "content-length") contentLength = value;
    }
    forwarded.push(name, value);
  }
  const path = pseudo[":path"];
  const method = pseudo[":method"];
  if (method === undefined || path === undefined || path === "" || pseudo[":scheme"] === undefined) return undefined;
  if (contentLength !== undefined && !/^\d{1,15}$/.test(contentLength)) return undefined;
  return {
    path,
    service: path.slice(1, Math.max(1, path.indexOf("/", 1))),
    isGrpc:
      method === "POST" &&
      contentType.startsWith("application/grpc") &&
      !contentType.startsWith("application/grpc-web"),
    method,
    authorization,
    isolate,
    timeoutMs: timeout === undefined ? undefined : timeoutOf(timeout),
    contentLength: contentLength === undefined ? undefined : Number(contentLength),
    forwarded,
  };
}

const COLON = ":".charCodeAt(0);
const PSEUDO = new Set([":method", ":scheme", ":path", ":authority"]);

function timeoutOf(text: string): number | undefined {
  try {
    return parseTimeout(text);
  } catch {
    return undefined;
  }
}

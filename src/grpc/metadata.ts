import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { GrpcError } from "./grpc-error.js";
import { GrpcStatus, STATUS_DETAILS } from "./status.js";

/** A Buffer where the name ends with `-bin`, else printable ASCII. */
export type MetadataValue = string | Buffer;

const NAME = /^[0-9a-z_.-]+$/;
const TEXT = /^[ -~]*$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Headers that are part of the protocol, and of no interest to a handler. */
const OF_PROTOCOL = new Set(["content-type", "content-length", "te", "connection", "host"]);

/** Those that HTTP/2 does not have. */
const OF_HTTP1 = new Set(["http2-settings", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

/** Headers and trailers of a call that belong to its two ends. Names are lower case; one name may have many values. */
export class Metadata implements Iterable<readonly [name: string, value: MetadataValue]> {
  readonly #values = new Map<string, MetadataValue[]>();

  /**
   * What a client sent beside the protocol's own headers.
   *
   * @param raw the names and values as they came, where they are known: Node.js joins the values of one name by ", "
   * @throws GrpcError INTERNAL for a binary value that is no base64
   */
  static received(headers: IncomingHttpHeaders, raw?: readonly string[]): Metadata {
    const metadata = new Metadata();
    if (raw !== undefined) {
      for (let index = 0; index + 1 < raw.length; index += 2)
        metadata.#receive(String(raw[index]), String(raw[index + 1]));
      return metadata;
    }
    for (const [name, value] of Object.entries(headers)) {
      if (Array.isArray(value)) for (const one of value) metadata.#receive(name, one);
      else if (value !== undefined) metadata.#receive(name, String(value));
    }
    return metadata;
  }

  get size(): number {
    return this.#values.size;
  }

  /** The first value of a name. */
  get(name: string): MetadataValue | undefined {
    return this.#values.get(name.toLowerCase())?.[0];
  }

  getAll(name: string): readonly MetadataValue[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** @throws TypeError for a name or value that gRPC does not allow */
  set(name: string, value: string | Uint8Array): void {
    this.#values.set(name.toLowerCase(), [checked(name.toLowerCase(), value)]);
  }

  /** As `set`, beside the values that are there. */
  add(name: string, value: string | Uint8Array): void {
    const key = name.toLowerCase();
    this.#append(key, checked(key, value));
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  *[Symbol.iterator](): IterableIterator<readonly [name: string, value: MetadataValue]> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, value];
  }

  /** As headers of HTTP/2. */
  toHeaders(): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = {};
    for (const [name, values] of this.#values) {
      const texts = values.map((value) => (typeof value === "string" ? value : value.toString("base64")));
      headers[name] = texts.length === 1 ? texts[0] : texts;
    }
    return headers;
  }

  #append(name: string, value: MetadataValue): void {
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }

  #receive(name: string, value: string): void {
    if (name.startsWith(":") || name.startsWith("grpc-") || OF_PROTOCOL.has(name)) return;
    if (!name.endsWith("-bin")) {
      this.#append(name, value);
      return;
    }
    for (const part of value.split(",")) this.#append(name, fromBase64(name, part.trim()));
  }
}

function fromBase64(name: string, text: string): Buffer {
  if (!BASE64.test(text)) throw new GrpcError(GrpcStatus.INTERNAL, `the metadata ${name} is no base64`);
  return Buffer.from(text, "base64");
}

function checked(name: string, value: string | Uint8Array): MetadataValue {
  const isReserved = name.startsWith("grpc-") && name !== STATUS_DETAILS;
  if (!NAME.test(name) || isReserved || OF_PROTOCOL.has(name) || OF_HTTP1.has(name)) {
    throw new TypeError(`metadata: a name is made of 0-9 a-z _ . - and is none of the protocol's; got ${quote(name)}`);
  }
  if (name.endsWith("-bin")) {
    if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    throw new TypeError(`metadata: ${name} ends with -bin: its value must be bytes; got ${typeof value}`);
  }
  if (typeof value === "string" && TEXT.test(value)) return value.trim();
  throw new TypeError(
    `metadata: the value of ${name} must be printable ASCII; got ${typeof value === "string" ? quote(value) : typeof value}. Bytes have a name that ends with -bin`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}

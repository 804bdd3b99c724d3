import { type GrpcMethod, GrpcStatus } from "../../../grpc/index.js";
import { REFLECTION_SERVICES } from "../route-table.js";
import type { FilePool } from "./file-pool.js";
import type { FileSummary } from "./file-summary.js";
import { bytesField, fieldsOf, varintField } from "./wire.js";

/** What reflection shows, as it is at the moment. */
export interface Reflected {
  services(): readonly string[];
  pool(): FilePool;
}

/** Numbers of fields in reflection.proto; those of both versions are the same. */
const REQUEST = { fileByName: 3, fileBySymbol: 4, fileByExtension: 5, extensionsOfType: 6, listServices: 7 };
const RESPONSE = { host: 1, request: 2, files: 4, extensions: 5, services: 6, error: 7 };

/** `ServerReflectionInfo` in its two versions: one answer for all isolates. */
export function reflectionMethods(reflected: Reflected): GrpcMethod[] {
  return REFLECTION_SERVICES.map((service) => ({
    path: `/${service}/ServerReflectionInfo`,
    requestStream: true,
    responseStream: true,
    decode: (bytes) => bytes,
    encode: (bytes) => bytes as Buffer,
    async *handle(requests) {
      const sent = new Set<string>();
      for await (const request of requests as AsyncIterable<Buffer>) yield answer(request, reflected, sent);
    },
  }));
}

/** @throws RangeError for bytes that are no message */
function answer(request: Buffer, reflected: Reflected, sent: Set<string>): Buffer {
  let body = refusal(GrpcStatus.INVALID_ARGUMENT, "the request asks for nothing");
  let host = "";
  for (const { number, bytes } of fieldsOf(request)) {
    if (number === 1) host = bytes.toString();
    else body = bodyOf(number, bytes, reflected, sent) ?? body;
  }
  return Buffer.concat([bytesField(RESPONSE.host, host), bytesField(RESPONSE.request, request), body]);
}

function bodyOf(number: number, bytes: Buffer, reflected: Reflected, sent: Set<string>): Buffer | undefined {
  const text = (): string => bytes.toString().slice(0, 2_000);
  if (number === REQUEST.listServices) {
    const services = reflected.services().map((name) => bytesField(1, bytesField(1, name)));
    return bytesField(RESPONSE.services, Buffer.concat(services));
  }
  const pool = reflected.pool();
  if (number === REQUEST.fileByName) return fileBody(pool, pool.byName(text()), `file ${text()}`, sent);
  if (number === REQUEST.fileBySymbol) return fileBody(pool, pool.bySymbol(text()), `symbol ${text()}`, sent);
  if (number === REQUEST.fileByExtension) {
    const { type, extension } = readExtension(bytes);
    return fileBody(pool, pool.byExtension(type, extension), `extension ${extension} of ${type}`, sent);
  }
  if (number !== REQUEST.extensionsOfType) return undefined;
  const numbers = pool.extensionsOf(text());
  if (numbers === undefined) return refusal(GrpcStatus.NOT_FOUND, `no isolate describes the type ${text()}`);
  const listed = numbers.map((extension) => varintField(2, extension));
  return bytesField(RESPONSE.extensions, Buffer.concat([bytesField(1, text()), ...listed]));
}

function fileBody(pool: FilePool, file: FileSummary | undefined, what: string, sent: Set<string>): Buffer {
  if (file === undefined) return refusal(GrpcStatus.NOT_FOUND, `no isolate describes the ${what}`);
  const files = pool.closure(file, sent).map(({ bytes }) => bytesField(1, bytes));
  return bytesField(RESPONSE.files, Buffer.concat(files));
}

function readExtension(bytes: Buffer): { type: string; extension: number } {
  let type = "";
  let extension = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) type = field.bytes.toString().slice(0, 2_000);
    else if (field.number === 2) extension = field.value;
  }
  return { type, extension };
}

function refusal(code: number, message: string): Buffer {
  return bytesField(RESPONSE.error, Buffer.concat([varintField(1, code), bytesField(2, message)]));
}

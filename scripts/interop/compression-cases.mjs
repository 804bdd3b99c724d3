import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { loadSync } from "@grpc/proto-loader";
import { repositoryRoot } from "../workspace.mjs";

const INVALID_ARGUMENT = "3";
const REQUEST_BYTES = 271_828;
const RESPONSE_BYTES = 314_159;

/** @typedef {import("../interop.mjs").Target} Target */
/** @typedef {{ compressed: boolean, message: Record<string, any> }} Message */
/** @typedef {(target: Target) => Promise<void>} Case */

/**
 * The cases of gRPC's description of its interoperability tests that look at the compressed flag of single messages, which no
 * library shows: by hand.
 *
 * @type {readonly (readonly [name: string, run: Case])[]}
 */
export const COMPRESSION_CASES = [
  ["client_compressed_unary", clientCompressedUnary],
  ["server_compressed_unary", serverCompressedUnary],
  ["client_compressed_streaming", clientCompressedStreaming],
  ["server_compressed_streaming", serverCompressedStreaming],
];

/** @type {Case} */
async function clientCompressedUnary(target) {
  const ask = (/** @type {boolean} */ compressed, /** @type {boolean} */ expected) => {
    const message = {
      expectCompressed: { value: expected },
      responseSize: RESPONSE_BYTES,
      payload: payload(REQUEST_BYTES),
    };
    return call(target, "UnaryCall", [{ compressed, message }]);
  };
  strictEqual((await ask(false, true)).status, INVALID_ARGUMENT);
  for (const compressed of [true, false]) {
    const { status, messages } = await ask(compressed, compressed);
    strictEqual(status, "0");
    strictEqual(messages[0]?.message.payload.body.length, RESPONSE_BYTES);
  }
}

/** @type {Case} */
async function serverCompressedUnary(target) {
  for (const value of [true, false]) {
    const message = { responseCompressed: { value }, responseSize: RESPONSE_BYTES, payload: payload(REQUEST_BYTES) };
    const { status, messages } = await call(target, "UnaryCall", [{ compressed: false, message }]);
    strictEqual(status, "0");
    strictEqual(messages[0]?.compressed, value);
    strictEqual(messages[0]?.message.payload.body.length, RESPONSE_BYTES);
  }
}

/** @type {Case} */
async function clientCompressedStreaming(target) {
  const one = (/** @type {boolean} */ compressed, /** @type {boolean} */ expected, /** @type {number} */ bytes) => ({
    compressed,
    message: { expectCompressed: { value: expected }, payload: payload(bytes) },
  });
  strictEqual((await call(target, "StreamingInputCall", [one(false, true, 27_182)])).status, INVALID_ARGUMENT);
  const { status, messages } = await call(target, "StreamingInputCall", [
    one(true, true, 27_182),
    one(false, false, 45_904),
  ]);
  strictEqual(status, "0");
  strictEqual(messages[0]?.message.aggregatedPayloadSize, 73_086);
}

/** @type {Case} */
async function serverCompressedStreaming(target) {
  const sizes = [31_415, 92_653];
  for (const order of [
    [true, false],
    [false, true],
  ]) {
    const responseParameters = sizes.map((size, index) => ({ size, compressed: { value: order[index] } }));
    const { status, messages } = await call(target, "StreamingOutputCall", [
      { compressed: false, message: { responseParameters } },
    ]);
    strictEqual(status, "0");
    deepStrictEqual(
      messages.map(({ compressed }) => compressed),
      order,
    );
    deepStrictEqual(
      messages.map(({ message }) => message.payload.body.length),
      sizes,
    );
  }
}

const payload = (/** @type {number} */ bytes) => ({ body: Buffer.alloc(bytes) });

/**
 * One call by plain HTTP/2.
 *
 * @param {Target} target
 * @param {string} name of a method of the TestService
 * @param {readonly Message[]} requests
 * @returns {Promise<{ status: string, messages: Message[] }>}
 */
async function call(target, name, requests) {
  const loaded = loadSync("grpc/testing/test.proto", { includeDirs: [join(repositoryRoot, "test/fixtures/interop")] });
  const service = /** @type {import("@grpc/proto-loader").ServiceDefinition} */ (loaded["grpc.testing.TestService"]);
  const method = service[name];
  ok(method);
  const session = connectHttp2(`http://${target.address.startsWith("unix:") ? "localhost" : target.address}`, {
    ...(target.address.startsWith("unix:")
      ? { createConnection: () => connect(target.address.replace(/^unix:(\/\/)?/, "")) }
      : {}),
  });
  try {
    const stream = session.request({
      ...target.metadata,
      ":method": "POST",
      ":path": method.path,
      "content-type": "application/grpc",
      te: "trailers",
      "grpc-encoding": "gzip",
      "grpc-accept-encoding": "gzip",
    });
    let status = "";
    /** @type {Buffer[]} */
    const parts = [];
    const takeStatus = (/** @type {import("node:http2").IncomingHttpHeaders} */ headers) => {
      status = String(headers["grpc-status"] ?? status);
    };
    stream.on("response", takeStatus);
    stream.on("trailers", takeStatus);
    stream.on("data", (part) => parts.push(part));
    stream.end(
      Buffer.concat(requests.map(({ compressed, message }) => frame(method.requestSerialize(message), compressed))),
    );
    await once(stream, "close");
    return { status, messages: [...messagesIn(Buffer.concat(parts), method.responseDeserialize)] };
  } finally {
    session.close();
  }
}

function frame(/** @type {Buffer} */ message, /** @type {boolean} */ compressed) {
  const bytes = compressed ? gzipSync(message) : message;
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/**
 * @param {Buffer} bytes
 * @param {(bytes: Buffer) => object} decode
 * @returns {Iterable<Message>}
 */
function* messagesIn(bytes, decode) {
  for (let offset = 0; offset < bytes.length; ) {
    const end = offset + 5 + bytes.readUInt32BE(offset + 1);
    const compressed = bytes[offset] === 1;
    const message = bytes.subarray(offset + 5, end);
    yield { compressed, message: decode(compressed ? gunzipSync(message) : message) };
    offset = end;
  }
}

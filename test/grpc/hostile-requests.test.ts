import { once } from "node:events";
import { constants } from "node:http2";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type GrpcCall, GrpcError } from "../../src/grpc/index.js";
import { deferred } from "./deferred.js";
import { beginRaw, callRaw } from "./raw-call.js";
import { frame, textMethod, useGrpcServer, useRawClient } from "./use-grpc-server.js";

const LIMIT = 100_000;
const methods = [
  textMethod("unary", (text) => `${text}!`),
  textMethod("clientStream", async (texts) => {
    let count = 0;
    for await (const _ of texts) count += 1;
    return String(count);
  }),
  textMethod("serverStream", (text) => [text]),
  textMethod("bidi", async function* (texts) {
    for await (const text of texts) yield text;
  }),
];
const UNARY = "/test.Texts/unary";
const STREAM = "/test.Texts/clientStream";

async function useServer() {
  const server = await useGrpcServer(methods, { maxMessageBytes: LIMIT });
  return { server, session: useRawClient(server) };
}

describe("what is no gRPC gets an answer of HTTP:", () => {
  test.each([
    ["another content type", { "content-type": "application/json" }, 415],
    ["none", { "content-type": undefined }, 415],
    ["one that only begins like it", { "content-type": "application/grpc-web" }, 415],
    ["a codec that is not protobuf", { "content-type": "application/grpc+json" }, 415],
    ["another method", { ":method": "PUT" }, 405],
  ])("%s", async (_, headers, status) => {
    const { session } = await useServer();
    const { blocks, body } = await callRaw(session, UNARY, frame("x"), headers);
    expect(blocks).toEqual([expect.objectContaining({ ":status": status })]);
    expect(blocks[0]).not.toHaveProperty("grpc-status");
    expect(body).toHaveLength(0);
  });

  test.each(["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"])("%s is", async (type) => {
    const { session } = await useServer();
    expect((await callRaw(session, UNARY, frame("x"), { "content-type": type })).status).toBe("0");
  });
});

describe("bytes that are no message end the call with a status:", () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  test.each<[string, string, Buffer, Record<string, string>, string]>([
    ["nothing at all for one message", UNARY, Buffer.alloc(0), {}, "12"],
    ["two messages for one", UNARY, Buffer.concat([frame("a"), frame("b")]), {}, "12"],
    ["half of a prefix", UNARY, Buffer.alloc(3), {}, "13"],
    ["a length that lies", UNARY, frame("a", { length: 50 }), {}, "13"],
    ["a byte behind the message", UNARY, Buffer.concat([frame("a"), Buffer.from([0])]), {}, "13"],
    ["a byte behind the messages of a stream", STREAM, Buffer.concat([frame("a"), Buffer.from([0])]), {}, "13"],
    ["a length above the bound", UNARY, frame("a", { length: LIMIT + 1 }), {}, "8"],
    ["the longest length there is", STREAM, frame("a", { length: 0xffff_ffff }), {}, "8"],
    ...[2, 3, 127, 128, 255].map((flag): [string, string, Buffer, Record<string, string>, string] => [
      `a flag of ${flag}`,
      flag % 2 === 0 ? UNARY : STREAM,
      frame("a", { flag }),
      {},
      "13",
    ]),
    ["a compressed one without an encoding", UNARY, frame(gzipSync("a"), { flag: 1 }), {}, "13"],
    ["a compressed one with identity", STREAM, frame("a", { flag: 1 }), { "grpc-encoding": "identity" }, "13"],
    ["one that is not compressed as it says", UNARY, frame("abc", { flag: 1 }), { "grpc-encoding": "gzip" }, "13"],
    ["a long one of these", STREAM, frame("a".repeat(9_000), { flag: 1 }), { "grpc-encoding": "deflate" }, "13"],
    ["one that decompresses to more than the bound", UNARY, frame(bomb, { flag: 1 }), { "grpc-encoding": "gzip" }, "8"],
    [
      "a small one of these",
      STREAM,
      frame(deflateSync(Buffer.alloc(LIMIT + 1)), { flag: 1 }),
      { "grpc-encoding": "deflate" },
      "8",
    ],
    ["an encoding nobody knows", UNARY, frame("a"), { "grpc-encoding": "br" }, "12"],
    ["a timeout that is none", UNARY, frame("a"), { "grpc-timeout": "1000000000m" }, "13"],
    ["a timeout of nothing", STREAM, Buffer.alloc(0), { "grpc-timeout": "0n" }, "4"],
  ])("%s", async (_, path, body, headers, expected) => {
    const { session } = await useServer();
    const { status, blocks } = await callRaw(session, path, body, headers);
    expect(status).toBe(expected);
    expect(blocks).toHaveLength(1);
    // The connection is as good as before.
    expect((await callRaw(session, UNARY, frame("next"))).status).toBe("0");
  });

  test("an unknown encoding is answered with those that are known", async () => {
    const { session } = await useServer();
    const { blocks } = await callRaw(session, UNARY, frame("a"), { "grpc-encoding": "snappy" });
    expect(blocks[0]).toMatchObject({ "grpc-accept-encoding": "identity,deflate,gzip" });
  });
});

test("a message arrives whole, however it was cut into pieces", async () => {
  const { session } = await useServer();
  const text = "0123456789".repeat(200);
  const { stream, answer } = beginRaw(session, UNARY);
  for (const byte of frame(text)) stream.write(Buffer.from([byte]));
  stream.end();
  expect((await answer).body.subarray(5).toString()).toBe(`${text}!`);
});

test.each(["gzip", "deflate"])("messages with %s are read, up to exactly the bound", async (encoding) => {
  const { session } = await useServer();
  const pack = encoding === "gzip" ? gzipSync : deflateSync;
  const body = frame(pack(Buffer.alloc(LIMIT, "x")), { flag: 1 });
  const { status, body: answer } = await callRaw(session, UNARY, body, { "grpc-encoding": encoding });
  expect([status, answer.length]).toEqual(["0", 5 + LIMIT + 1]);
});

test("a call whose status is decided wants no more of its request, and says so without an error", async () => {
  const { session, server } = await useServer();
  const { stream, answer } = beginRaw(session, STREAM);
  stream.write(frame("a", { flag: 9 }));
  const { status, rstCode } = await answer;
  expect([status, rstCode]).toEqual(["13", constants.NGHTTP2_NO_ERROR]);
  if (server.streams[0]?.destroyed === false) await once(server.streams[0], "close");
  expect((await callRaw(session, UNARY, frame("next"))).status).toBe("0");
});

test("a handler that answers before the request has ended gets its whole answer through", async () => {
  const long = "y".repeat(300_000);
  const server = await useGrpcServer([textMethod("clientStream", () => long)]);
  const { stream, answer } = beginRaw(useRawClient(server), STREAM);
  stream.write(frame("a"));
  const { status, body, rstCode } = await answer;
  expect([status, body.length, rstCode]).toEqual(["0", 5 + long.length, constants.NGHTTP2_NO_ERROR]);
});

test("whoever still reads the request of a call that has been answered gets an error", async () => {
  const read = deferred<unknown>();
  const server = await useGrpcServer([
    textMethod("clientStream", (texts) => {
      read.resolve(
        texts[Symbol.asyncIterator]()
          .next()
          .catch((error: unknown) => error),
      );
      return "enough";
    }),
  ]);
  const { stream, answer } = beginRaw(useRawClient(server), STREAM);
  stream.write(Buffer.alloc(1));
  expect((await answer).status).toBe("0");
  expect(await read.promise).toMatchObject({ code: 1, message: "the call has been answered" });
});

test("headers of the handler's own come as headers, even when there is no message", async () => {
  const server = await useGrpcServer([
    textMethod("unary", (_, call) => {
      call.headers.set("own", "1");
      call.trailers.set("last", "2");
      throw new Error("no");
    }),
  ]);
  const { blocks } = await callRaw(useRawClient(server), UNARY, frame(""));
  expect(blocks).toEqual([
    expect.objectContaining({ own: "1", ":status": 200 }),
    expect.objectContaining({ last: "2", "grpc-status": "2", "grpc-message": "no" }),
  ]);
});

test("a client that resets each call at once leaves nothing behind", async () => {
  const reasons: unknown[] = [];
  const server = await useGrpcServer([
    textMethod("bidi", async function* (texts, call) {
      try {
        for await (const text of texts) yield text;
      } finally {
        reasons.push(call.signal.reason);
      }
    }),
  ]);
  const session = useRawClient(server);
  const calls = Array.from({ length: 200 }, () => beginRaw(session, "/test.Texts/bidi"));
  for (const { stream } of calls) stream.write(frame("x"), () => stream.close(constants.NGHTTP2_CANCEL));
  await Promise.all(calls.map(({ answer }) => answer));
  for (const stream of server.streams) if (!stream.destroyed) await once(stream, "close");
  expect(reasons).toEqual(reasons.map(() => expect.objectContaining({ code: 1 })));
});

describe("whatever a handler does, there is one status:", () => {
  const nasty = {
    get code(): never {
      throw new Error("a trap");
    },
    get message(): never {
      throw new Error("a trap");
    },
  };
  test.each<[string, (call: GrpcCall) => unknown, string]>([
    [
      "headers that HTTP/2 refuses",
      (call) => {
        call.headers.add("etag", "1");
        call.headers.add("etag", "2");
        return "x";
      },
      "2",
    ],
    [
      "trailers that HTTP/2 refuses",
      (call) => {
        call.trailers.add("etag", "1");
        call.trailers.add("etag", "2");
        return "x";
      },
      "0",
    ],
    [
      "both, and an error",
      (call) => {
        for (const metadata of [call.headers, call.trailers])
          for (const value of ["1", "2"]) metadata.add("etag", value);
        throw new GrpcError(5, "no");
      },
      "5",
    ],
    [
      "a thing with traps",
      () => {
        throw nasty;
      },
      "2",
    ],
    [
      "nothing",
      () => {
        throw undefined;
      },
      "2",
    ],
    ["a rejection with a thing with traps", () => Promise.reject(nasty), "2"],
  ])("%s", async (_, handle, expected) => {
    const server = await useGrpcServer([textMethod("unary", (__, call) => handle(call))]);
    expect((await callRaw(useRawClient(server), UNARY, frame(""))).status).toBe(expected);
  });
});

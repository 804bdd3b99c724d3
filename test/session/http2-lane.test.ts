import { once } from "node:events";
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { createServer as createSocketServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectHttp2Lane } from "../../src/channel/http2-lane.js";
import { unwrapRequest, wrapFrame } from "../../src/contract/index.js";
import type { IsolationError } from "../../src/errors/index.js";
import { type Lane, MessageReader } from "../../src/session/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { numbered, prefixed } from "./lane-messages.js";

const KIB = 1024;

/** A server of bare HTTP/2 at a unix socket, closed with the test with all its connections. */
async function useServer(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): Promise<{ address: string; sockets: Set<Socket> }> {
  const address = join(useDirectory(), "s");
  const server: Http2Server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    onStream(stream, headers);
  });
  await once(server.listen(address), "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address, sockets };
}

/** An open lane with what it has told, and the server's end of the stream. */
async function useLane(): Promise<{
  lane: Lane;
  frames: Buffer[];
  closes: (IsolationError | undefined)[];
  drains: number[];
  peer: ServerHttp2Stream;
  sockets: Set<Socket>;
}> {
  const peers: ServerHttp2Stream[] = [];
  const { address, sockets } = await useServer((stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    peers.push(stream);
  });
  const lane = await connectHttp2Lane(address, "token", 5_000);
  onTestFinished(() => lane.close());
  const frames: Buffer[] = [];
  const closes: (IsolationError | undefined)[] = [];
  const drains: number[] = [];
  lane.listen({
    onFrame: (frame) => frames.push(Buffer.from(frame)),
    onDrain: () => drains.push(1),
    onClose: (error) => closes.push(error),
  });
  return { lane, frames, closes, drains, peer: peers[0] as ServerHttp2Stream, sockets };
}

function envelope(body: Buffer, flag = 0): Buffer {
  return prefixed(wrapFrame(body), flag);
}

/** The numbers of the frames that arrived whole; the first message, which is empty, opened the stream. */
function readNumbers(peer: ServerHttp2Stream): number[] {
  const numbers: number[] = [];
  const reader = new MessageReader((message) => {
    const frame = unwrapRequest(message);
    if (frame.length > 0) numbers.push(frame.readUInt32LE(0));
  });
  peer.on("data", (chunk: Buffer) => reader.write(chunk));
  return numbers;
}

describe("opening the stream", () => {
  test("sends the path, the token and a first message, so that the server may answer", async () => {
    const requests: object[] = [];
    const { address } = await useServer((stream, headers) => {
      stream.once("data", (data: Buffer) => {
        requests.push({ ...headers, first: data.length });
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
      });
    });
    const lane = await connectHttp2Lane(address, "token", 5_000);
    lane.close();
    expect(requests).toMatchObject([
      {
        ":method": "POST",
        ":path": "/pihost.v1.HostService/Session",
        authorization: "Bearer token",
        "content-type": "application/grpc",
        first: envelope(Buffer.alloc(0)).length,
      },
    ]);
  });

  test.each<[string, string, Record<string, string>, object]>([
    ["a server that refuses the token", "UNAUTHENTICATED", { "grpc-status": "16" }, {}],
    [
      "a server without Session",
      "PROTOCOL",
      { "grpc-status": "12", "grpc-message": "unknown method" },
      { message: expect.stringContaining("unknown method") },
    ],
  ])("of %s is %s", async (_, code, headers, facts) => {
    const { address, sockets } = await useServer((stream) =>
      stream.respond({ ":status": 200, "content-type": "application/grpc", ...headers }, { endStream: true }),
    );
    expect(await isolationError(connectHttp2Lane(address, "token", 5_000))).toMatchObject({ code, ...facts });
    await until(() => sockets.size === 0);
  });

  test("of a server that does not answer is PROTOCOL in time, and leaves no connection", async () => {
    const { address, sockets } = await useServer(() => {});
    const error = await isolationError(connectHttp2Lane(address, "token", 50));
    expect(error).toMatchObject({ code: "PROTOCOL", message: expect.stringContaining("within 50 ms") });
    await until(() => sockets.size === 0);
  });

  test.each<[string, (stream: ServerHttp2Stream) => void]>([
    ["closes the stream", (stream) => stream.close()],
    ["closes the connection", (stream) => stream.session?.destroy()],
  ])("of a server that %s is PROTOCOL", async (_, end) => {
    const { address, sockets } = await useServer(end);
    expect((await isolationError(connectHttp2Lane(address, "token", 5_000))).code).toBe("PROTOCOL");
    await until(() => sockets.size === 0);
  });

  test("where nobody listens is PROTOCOL with the system's error as its cause", async () => {
    const error = await isolationError(connectHttp2Lane(join(useDirectory(), "s"), "token", 5_000));
    expect(error).toMatchObject({ code: "PROTOCOL", cause: { code: "ENOENT" } });
  });
});

describe("what the server sends", () => {
  test("arrives however it is cut; an empty frame is none", async () => {
    const { frames, peer } = await useLane();
    const bodies = Array.from({ length: 30 }, (_, index) => Buffer.alloc(index * 41, index));
    const stream = Buffer.concat(bodies.map((body) => envelope(body)));
    for (let at = 0; at < stream.length; at += 509) {
      peer.write(stream.subarray(at, at + 509));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => frames.length === bodies.length - 1);
    expect(frames.map((frame) => frame.toString("hex"))).toEqual(bodies.slice(1).map((body) => body.toString("hex")));
  });

  test("is told up to the last whole message when the stream ends inside one; the connection goes too", async () => {
    const { frames, closes, peer, sockets } = await useLane();
    peer.end(Buffer.concat([envelope(Buffer.from("whole")), envelope(Buffer.alloc(100)).subarray(0, 50)]));
    await until(() => closes.length > 0 && sockets.size === 0);
    expect(frames.map(String)).toEqual(["whole"]);
    expect(closes).toEqual([undefined]);
  });

  test("is told up to what is no message; the end is PROTOCOL, and nothing follows", async () => {
    const { frames, closes, peer, sockets } = await useLane();
    peer.write(
      Buffer.concat([envelope(Buffer.from("good")), envelope(Buffer.from("bad"), 1), envelope(Buffer.from("later"))]),
    );
    await until(() => closes.length > 0 && sockets.size === 0);
    expect(frames.map(String)).toEqual(["good"]);
    expect(closes).toMatchObject([{ code: "PROTOCOL" }]);
  });

  test("ends with the connection, once", async () => {
    const { closes, peer, sockets } = await useLane();
    peer.session?.destroy();
    await until(() => closes.length > 0 && sockets.size === 0);
    expect(closes).toEqual([undefined]);
  });
});

describe("what is sent", () => {
  test("arrives in order; a server that does not read is told by send(), and its reading by onDrain", async () => {
    const { lane, drains, peer } = await useLane();
    let sent = 0;
    while (lane.send(numbered(sent, 256 * KIB), () => {}) && sent < 1_000) sent += 1;
    sent += 1;
    expect(sent).toBeLessThan(1_000);
    const numbers = readNumbers(peer);
    await until(() => drains.length > 0 && numbers.length === sent);
    expect(numbers).toEqual(Array.from({ length: sent }, (_, index) => index));
  });

  test("is flushed when it has left, or when it never will", async () => {
    const { lane, closes, peer } = await useLane();
    await lane.flushed();
    for (let number = 0; number < 40; number += 1) lane.send(numbered(number, 256 * KIB), () => {});
    const flushed = lane.flushed();
    const numbers = readNumbers(peer);
    await flushed;
    await until(() => numbers.length === 40);
    peer.pause();
    for (let number = 0; number < 80; number += 1) lane.send(numbered(number, 256 * KIB), () => {});
    const never = lane.flushed();
    lane.close();
    await never;
    await until(() => closes.length > 0);
    await lane.flushed();
    lane.close();
    expect(lane.send(numbered(1, 10), () => {})).toBe(false);
    expect(closes).toEqual([undefined]);
  });
});

/** A peer of bare bytes: it takes the connection, answers the stream, and does as it likes. */
async function useRawPeer(flood: () => Buffer): Promise<{ lane: Lane; closes: (IsolationError | undefined)[] }> {
  const address = join(useDirectory(), "s");
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Buffer.concat([rawFrame(4, 0, 0), rawFrame(1, 4, 1, Buffer.of(0x88))]));
      const write = (): void => {
        while (!socket.destroyed && socket.write(flood()));
      };
      socket.on("drain", write);
      setImmediate(write);
      socket.resume();
    });
  });
  await once(server.listen(address), "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const lane = await connectHttp2Lane(address, "token", 5_000);
  onTestFinished(() => lane.close());
  const closes: (IsolationError | undefined)[] = [];
  lane.listen({ onFrame: () => {}, onDrain: () => {}, onClose: (error) => closes.push(error) });
  return { lane, closes };
}

function rawFrame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const repeated = (frame: Buffer): Buffer => Buffer.concat(new Array(1_000).fill(frame));

describe("a peer that floods the connection beside the stream loses it:", () => {
  test.each<[string, Buffer]>([
    ["pings", rawFrame(6, 0, 0, Buffer.alloc(8))],
    ["answers to pings that nobody sent", rawFrame(6, 1, 0, Buffer.alloc(8))],
    ["settings", rawFrame(4, 0, 0, Buffer.from([0, 3, 0, 0, 0, 9]))],
    ["frames without data", rawFrame(0, 0, 1)],
    ["frames that nobody knows", rawFrame(0xbb, 0, 0, Buffer.alloc(50))],
    ["priorities", rawFrame(2, 0, 1, Buffer.alloc(5))],
    ["streams that nobody opened", rawFrame(3, 0, 1_001, Buffer.alloc(4))],
  ])("with %s", async (_, frame) => {
    const bytes = repeated(frame);
    const { closes } = await useRawPeer(() => bytes);
    await until(() => closes.length > 0);
    expect(closes).toHaveLength(1);
  });

  test("and hears what was too much", async () => {
    const bytes = repeated(rawFrame(0xbb, 0, 0, Buffer.alloc(50)));
    const { closes } = await useRawPeer(() => bytes);
    await until(() => closes.length > 0);
    expect(closes[0]).toMatchObject({ code: "PROTOCOL", message: expect.stringContaining("bytes of HTTP/2") });
  });
});

test("headers of any size are refused", async () => {
  const { address, sockets } = await useServer((stream) =>
    stream.respond({ ":status": 200, "grpc-status": "0", ...Object.fromEntries(manyHeaders(200)) }),
  );
  expect(await isolationError(connectHttp2Lane(address, "token", 5_000))).toMatchObject({ code: "PROTOCOL" });
  await until(() => sockets.size === 0);
});

test("what a peer says about its refusal is one short line", async () => {
  const { address } = await useServer((stream) =>
    stream.respond(
      { ":status": 200, "grpc-status": "13", "grpc-message": "\u009b31m".repeat(1_000) },
      { endStream: true },
    ),
  );
  const { message } = await isolationError(connectHttp2Lane(address, "token", 5_000));
  expect(message).not.toContain("\u009b");
  expect(message.length).toBeLessThan(4_000);
});

function manyHeaders(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`x-${index}`, "x"]);
}

import { connect } from "node:http2";
import { connect as connectSocket, createServer, type Server } from "node:net";
import { type Metadata, status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { drained } from "../../fixtures/routing/echo-client.js";
import { block, frame, number, RawClient, type RawFrame, request, setting } from "../../fixtures/routing/raw-client.js";
import { type TestDoor, useDoor } from "../../fixtures/routing/use-door.js";
import { deferred } from "../../grpc/deferred.js";
import { callRaw } from "../../grpc/raw-call.js";
import { until } from "../../helpers/until.js";
import { useDirectory } from "../../helpers/use-directory.js";

const [DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY] = [0, 1, 3, 4, 6, 7];
const ACK = 1;
const [END_STREAM, END_HEADERS] = [1, 4];
const NOTHING = Buffer.alloc(0);

const ANSWER = block({ ":status": "200", "content-type": "application/grpc" });
const OK = block({ "grpc-status": "0" });
const message = (text: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 0, text.length]), Buffer.from(text)]);

/** A whole answer. */
function answer(streamId: number, text: string): Buffer[] {
  return [
    frame(HEADERS, END_HEADERS, streamId, ANSWER),
    frame(DATA, 0, streamId, message(text)),
    frame(HEADERS, END_HEADERS | END_STREAM, streamId, OK),
  ];
}

/** An isolate `raw` whose connections the test serves; beside `store`, which does what it should. */
async function useRaw(
  serve: (peer: RawClient, connections: number) => unknown,
  settings: Buffer | undefined = NOTHING,
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<TestDoor & { readonly server: Server }> {
  const door = await useDoor();
  await door.isolates.start("store");
  const path = `${useDirectory()}/raw.sock`;
  let connections = 0;
  const server = createServer(options, (socket) => {
    const peer = new RawClient(socket, true);
    onTestFinished(() => void socket.destroy());
    if (settings !== undefined) peer.write(frame(SETTINGS, 0, 0, settings));
    connections += 1;
    void Promise.resolve(serve(peer, connections)).catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  door.isolates.add("raw", ["raw.v1.Raw"]);
  door.isolates.startAt("raw", path);
  return { ...door, server };
}

/** Writes until nobody holds the other end any more, which only a write tells. */
async function persist(peer: RawClient): Promise<void> {
  while (!peer.isClosed) {
    peer.write(frame(PING, ACK, 0, Buffer.alloc(8)));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isRequest = ({ type }: RawFrame): boolean => type === HEADERS;

/** Calls the isolate, whose fault is its own: others are served. */
async function outcome(
  { client }: TestDoor,
  deadlineMs = 10_000,
): Promise<{ code: number; details: string; text?: string }> {
  const { status: end, message: text } = await client().unary("/raw.v1.Raw/Do", Buffer.from("m"), {
    deadline: Date.now() + deadlineMs,
  });
  const beside = await client().unary("Echo", Buffer.from("beside"));
  expect(beside.message?.toString()).toBe("beside");
  return { code: end.code, details: end.details, ...(text === undefined ? {} : { text: text.toString() }) };
}

describe("an isolate hurts only itself, when it", () => {
  test("accepts connections and says nothing", async () => {
    const door = await useRaw(() => {}, undefined);
    expect((await outcome(door, 300)).code).toBe(status.DEADLINE_EXCEEDED);
  });

  test("takes a request and minds no deadline, which the client does not do either", async () => {
    const cancelled = deferred<RawFrame>();
    const { door, token } = await useRaw(async (peer) => {
      await peer.frame(isRequest);
      cancelled.resolve(await peer.frame(({ type }) => type === RESET));
    });
    const session = connect("http://localhost", { createConnection: () => connectSocket(door.socket) });
    onTestFinished(() => session.destroy());
    const headers = { authorization: `Bearer ${token}`, "grpc-timeout": "100m" };
    const answer = await callRaw(session, "/raw.v1.Raw/Do", message("m"), headers);
    expect(answer).toMatchObject({ status: "4", message: "isolate raw did not answer in time" });
    await cancelled.promise;
  });

  test.each([
    ["sends what is no HTTP/2", () => Buffer.from("HTTP/1.1 200 OK\r\n\r\n".repeat(10))],
    ["pushes", () => frame(5, END_HEADERS, 1, Buffer.concat([number(2), ANSWER]))],
    ["pings without end", () => Buffer.concat(Array.from({ length: 20_000 }, () => frame(6, 0, 0, Buffer.alloc(8))))],
    [
      "answers without end that it goes on",
      () =>
        Buffer.concat(Array.from({ length: 5_000 }, () => frame(HEADERS, END_HEADERS, 1, block({ ":status": "100" })))),
    ],
    [
      "sends a block of fields without end",
      () => Buffer.concat([frame(HEADERS, 0, 1, ANSWER), ...Array.from({ length: 50 }, () => frame(9, 0, 1, OK))]),
    ],
    [
      "sends messages on streams that nobody opened",
      () => Buffer.concat(Array.from({ length: 20_000 }, () => frame(DATA, 0, 3, Buffer.alloc(1)))),
    ],
  ])("%s", async (_, hostile) => {
    const door = await useRaw(async (peer) => {
      await peer.frame(isRequest);
      peer.write(hostile());
    });
    const { code } = await outcome(door);
    expect([status.UNAVAILABLE, status.INTERNAL, status.DEADLINE_EXCEEDED]).toContain(code);
  });

  test("sends fields above the bound", async () => {
    const door = await useRaw(async (peer) => {
      await peer.frame(isRequest);
      const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-${index}`, "v"]));
      peer.write(frame(HEADERS, END_HEADERS, 1, Buffer.concat([ANSWER, block(many)])));
    });
    expect((await outcome(door)).code).toBe(status.RESOURCE_EXHAUSTED);
  });

  test("sends more than the window of a stream", async () => {
    const door = await useRaw(async (peer) => {
      await peer.frame(isRequest);
      peer.write(frame(HEADERS, END_HEADERS, 1, ANSWER));
      peer.write(...Array.from({ length: 9 }, () => frame(DATA, 0, 1, Buffer.alloc(16_384))));
    });
    const call = door.client().serverStream("/raw.v1.Raw/Do", NOTHING);
    call.pause();
    const end = await new Promise<{ code: number }>((resolve) => call.on("error", () => {}).once("status", resolve));
    expect(end.code).toBe(status.INTERNAL);
  });

  test("takes nothing more on each connection after one request, and closes none", async () => {
    const peers: RawClient[] = [];
    const door = await useRaw(
      async (peer) => {
        peers.push(peer);
        peer.socket.once("end", () => void persist(peer));
        await peer.frame(({ type, flags }) => type === DATA && flags === END_STREAM);
        peer.write(frame(GOAWAY, 0, 0, Buffer.concat([number(1), number(0)])), ...answer(1, "last"));
      },
      NOTHING,
      { allowHalfOpen: true },
    );
    const echo = door.client();
    for (let calls = 0; calls < 5; calls += 1) {
      const { message: text } = await echo.unary("/raw.v1.Raw/Do", Buffer.from("m"));
      expect(text?.toString()).toBe("last");
    }
    expect(peers).toHaveLength(5);
    // The client is still there, and the kernel has given all of them up.
    await Promise.all(peers.map(({ closed }) => closed));
    expect((await echo.unary("Echo", Buffer.from("beside"))).message?.toString()).toBe("beside");
  });

  test("closes the connection of a request, and lives", async () => {
    const door = await useRaw(async (peer) => {
      await peer.frame(isRequest);
      peer.socket.destroy();
    });
    const { code, details } = await outcome(door);
    expect(code).toBe(status.UNAVAILABLE);
    expect(details).toMatch(/was lost while it ran in isolate raw: CRASHED: isolate raw closed its connection/);
  });
});

describe("a request goes on", () => {
  test("on another connection, where the isolate says that it has not begun with it", async () => {
    const door = await useRaw(async (peer, connections) => {
      const { streamId } = await peer.frame(isRequest);
      if (connections === 1) peer.write(frame(GOAWAY, 0, 0, Buffer.concat([number(0), number(0)])));
      else peer.write(...answer(streamId, "second"));
    });
    expect(await outcome(door)).toMatchObject({ code: status.OK, text: "second" });
  });

  test("once more, where the isolate refuses its stream", async () => {
    const door = await useRaw(async (peer) => {
      await peer.frame(({ type, streamId }) => type === HEADERS && streamId === 1);
      peer.write(frame(RESET, 0, 1, number(7)));
      await peer.frame(({ type, streamId }) => type === HEADERS && streamId === 3);
      peer.write(...answer(3, "again"));
    });
    expect(await outcome(door)).toMatchObject({ code: status.OK, text: "again" });
  });

  test("in its turn, where the isolate takes one at a time", async () => {
    const seen: number[] = [];
    const door = await useRaw(
      async (peer) => {
        for (let id = 1; id < 21; id += 2) {
          await peer.frame(({ type, flags, streamId }) => type === DATA && flags === END_STREAM && streamId === id);
          seen.push(peer.frames.filter(isRequest).length);
          const asked = peer.frames.find(({ type, streamId }) => type === DATA && streamId === id);
          peer.write(...answer(id, asked?.payload.subarray(5).toString() ?? ""));
        }
      },
      setting(3, 1),
    );
    const echo = door.client();
    const texts = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const answers = await Promise.all(texts.map((text) => echo.unary("/raw.v1.Raw/Do", Buffer.from(text))));
    expect(answers.map(({ message: text }) => text?.toString())).toEqual(texts);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

test("fields and trailers that come at once stay apart, however long they are", async () => {
  const long = (name: string, letter: string): Buffer => block({ [name]: letter.repeat(7_000) });
  const door = await useRaw(async (peer) => {
    await peer.frame(isRequest);
    peer.write(
      frame(HEADERS, END_HEADERS, 1, Buffer.concat([ANSWER, long("x-first", "f")])),
      frame(HEADERS, END_HEADERS | END_STREAM, 1, Buffer.concat([long("x-last", "l"), OK])),
    );
  });
  const call = door.client().serverStream("/raw.v1.Raw/Do", NOTHING);
  const headers = new Promise<Metadata>((resolve) => call.once("metadata", resolve));
  const { status: end } = await drained(call);
  expect((await headers).get("x-first")).toEqual(["f".repeat(7_000)]);
  expect(end.metadata.get("x-last")).toEqual(["l".repeat(7_000)]);
});

describe("a reset", () => {
  test("of the isolate reaches the client with its code", async () => {
    const door = await useRaw(async (peer) => {
      await peer.frame(isRequest);
      peer.write(frame(HEADERS, END_HEADERS, 1, ANSWER), frame(RESET, 0, 1, number(11)));
    });
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, END_HEADERS, 1, request("/raw.v1.Raw/Do", door.token)));
    const { payload } = await raw.frame(({ type }) => type === RESET);
    expect(payload.readUInt32BE(0)).toBe(11);
  });

  test("of the client reaches the isolate with its code", async () => {
    const peers: RawClient[] = [];
    const door = await useRaw((peer) => peers.push(peer));
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, END_HEADERS, 1, request("/raw.v1.Raw/Do", door.token)));
    await until(() => peers[0]?.frames.some(isRequest) === true);
    raw.write(frame(RESET, 0, 1, number(11)));
    const reset = await peers[0]?.frame(({ type }) => type === RESET);
    expect(reset?.payload.readUInt32BE(0)).toBe(11);
  });

  test("without a fault after a whole answer leaves the answer whole", async () => {
    const door = await useRaw(async (peer) => {
      await peer.frame(isRequest);
      peer.write(...answer(1, "whole"), frame(RESET, 0, 1, number(0)));
    });
    const chat = door.client().bidi("/raw.v1.Raw/Do");
    chat.write(NOTHING);
    const { messages, status: end } = await drained(chat);
    expect([messages.map(String), end.code]).toEqual([["whole"], status.OK]);
  });
});

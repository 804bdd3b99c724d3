import { describe, expect, test } from "vitest";
import { block, frame, number, PREFACE, RawClient, request, setting } from "../../fixtures/routing/raw-client.js";
import { type TestDoor, useDoor } from "../../fixtures/routing/use-door.js";
import { until } from "../../helpers/until.js";

const [DATA, HEADERS, RESET, SETTINGS, PING, WINDOW, CONTINUATION] = [0, 1, 3, 4, 6, 8, 9];
const END_STREAM = 1;
const END_HEADERS = 4;
const PROTOCOL = 1;
const COMPRESSION = 9;
const CALM = 11;

/** Whoever else calls is served. */
async function others({ client }: TestDoor): Promise<void> {
  const { message } = await client().unary("Echo", Buffer.from("beside"));
  expect(message?.toString()).toBe("beside");
}

async function useServingDoor(): Promise<TestDoor> {
  const door = await useDoor();
  await door.isolates.start("store");
  return door;
}

describe("a client is cut off, and others are served, when it", () => {
  test("speaks no HTTP/2", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket, Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    expect(await raw.goaway()).toBe(PROTOCOL);
    await others(door);
  });

  test.each([
    ["pings without end", () => frame(PING, 0, 0, Buffer.alloc(8))],
    ["sends settings without end", () => frame(SETTINGS, 0, 0, setting(3, 1))],
    ["sends frames of unknown types without end", () => frame(0xee, 0, 0)],
    ["opens the connection's window without end", () => frame(WINDOW, 0, 0, number(1))],
    ["says priorities without end", () => frame(2, 0, 5, Buffer.alloc(5))],
  ])("%s", async (_, one) => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(...Array.from({ length: 20_000 }, one));
    expect(await raw.goaway()).toBe(CALM);
    await others(door);
  });

  test("begins requests and resets them without end", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    const frames: Buffer[] = [];
    const head = request("/test.v1.Echo/Hang", door.token);
    for (let id = 1; id < 20_000; id += 2)
      frames.push(frame(HEADERS, END_HEADERS, id, head), frame(RESET, 0, id, number(8)));
    raw.write(...frames);
    expect(await raw.goaway()).toBe(CALM);
    await others(door);
  });

  test("sends requests that are refused without end", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    const head = request("/test.v1.Echo/Echo", "wrong");
    const frames = Array.from({ length: 5_000 }, (_, index) =>
      frame(HEADERS, END_HEADERS | END_STREAM, 2 * index + 1, head),
    );
    raw.write(...frames);
    expect(await raw.goaway()).toBe(CALM);
    await others(door);
  });

  test("sends empty pieces of a message without end", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, END_HEADERS, 1, request("/test.v1.Echo/Count", door.token)));
    raw.write(...Array.from({ length: 20_000 }, () => frame(DATA, 0, 1)));
    expect(await raw.goaway()).toBe(CALM);
    await others(door);
  });

  test("sends a block of fields that does not end", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, 0, 1, block({ ":method": "POST" })));
    raw.write(...Array.from({ length: 100 }, () => frame(CONTINUATION, 0, 1, block({ "x-more": "v" }))));
    expect(await raw.goaway()).toBe(CALM);
    await others(door);
  });

  test("sends a block of fields whose code is broken", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, END_HEADERS, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])));
    expect(await raw.goaway()).toBe(COMPRESSION);
    await others(door);
  });

  test("sends a field that would be two to whom it is sent on", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, END_HEADERS, 1, request("/test.v1.Echo/Echo", door.token, { "x-a": "v\r\nx-b: w" })));
    expect(await raw.goaway()).toBe(PROTOCOL);
    await others(door);
  });
});

describe("a client hurts only itself, when it", () => {
  test("expands a small block to a large one", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    // One long field that is kept in the table, and then named again and again by one byte each.
    const long = Buffer.concat([Buffer.from([0x40, 1, 0x78, 127, 0x81, 0x1e]), Buffer.alloc(4_000, "v")]);
    const fields = Buffer.concat([long, Buffer.alloc(12_000, 0x80 | 62)]);
    raw.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, fields));
    const answer = await raw.frame(({ type, streamId }) => type === HEADERS && streamId === 1);
    expect(answer.payload.toString("latin1")).toContain("65536 in 256 fields are the most");
    await others(door);
  });

  test("opens more streams than it may", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    const head = request("/test.v1.Echo/Hang", door.token);
    raw.write(...Array.from({ length: 300 }, (_, index) => frame(HEADERS, END_HEADERS, 2 * index + 1, head)));
    await until(
      () =>
        raw.frames.filter(({ type, payload }) => type === RESET && payload.readUInt32BE(0) === 7).length === 300 - 256,
    );
    await others(door);
  });

  test("opens no window for what it asked for", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket, Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, setting(4, 0))]));
    const head = request("/test.v1.Echo/Flood", door.token);
    const message = Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), Buffer.from("100000000")]);
    for (let id = 1; id < 21; id += 2)
      raw.write(frame(HEADERS, END_HEADERS, id, head), frame(DATA, END_STREAM, id, message));
    await door.isolates.heard("sent 65536");
    await others(door);
    expect(raw.frames.filter(({ type }) => type === DATA)).toEqual([]);
    // One byte of window, one byte.
    raw.write(frame(WINDOW, 0, 1, number(1)));
    expect((await raw.frame(({ type }) => type === DATA)).payload).toHaveLength(1);
  });

  test("sends more than the window of a stream", async () => {
    const door = await useDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, END_HEADERS, 1, request("/test.v1.Echo/Count", door.token)));
    raw.write(...Array.from({ length: 9 }, () => frame(DATA, 0, 1, Buffer.alloc(16_384))));
    const { payload } = await raw.frame(({ type, streamId }) => type === RESET && streamId === 1);
    expect(payload.readUInt32BE(0)).toBe(3);
    await door.isolates.start("store");
    await others(door);
  });

  test("sends its words byte by byte", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket, PREFACE.subarray(0, 1));
    const rest = Buffer.concat([
      PREFACE.subarray(1),
      frame(SETTINGS, 0, 0),
      frame(HEADERS, END_HEADERS, 1, request("/test.v1.Echo/Echo", door.token)),
      frame(DATA, END_STREAM, 1, Buffer.concat([Buffer.from([0, 0, 0, 0, 4]), Buffer.from("slow")])),
    ]);
    for (const byte of rest) await new Promise((resolve) => raw.socket.write(Buffer.from([byte]), resolve));
    const answer = await raw.frame(({ type, payload }) => type === DATA && payload.length > 0);
    expect(answer.payload.subarray(5).toString()).toBe("slow");
  });

  test("asks and does not read", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.socket.pause();
    raw.write(frame(WINDOW, 0, 0, number(100_000_000)));
    const head = request("/test.v1.Echo/Echo", door.token, { "x-long": "v".repeat(10_000) });
    const message = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.from("m")]);
    // Answers have the long field twice, and no window holds them up; from some time on, it is not read on.
    let id = 1;
    while (raw.socket.writableLength < 256 * 1024 && id < 20_000) {
      raw.write(frame(HEADERS, END_HEADERS, id, head), frame(DATA, END_STREAM, id, message));
      id += 2;
      if (id % 50 === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(id).toBeLessThan(20_000);
    await others(door);
  });
});

describe("a request that is no request of gRPC", () => {
  test("is answered as HTTP has it", async () => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(
      frame(HEADERS, END_HEADERS | END_STREAM, 1, block({ ":method": "GET", ":scheme": "http", ":path": "/" })),
    );
    const { payload } = await raw.frame(({ type }) => type === HEADERS);
    expect(payload.toString("latin1")).toContain("405");
  });

  test.each([
    ["without a path", { ":method": "POST", ":scheme": "http" }],
    ["with a path twice by another name", { ":method": "POST", ":scheme": "http", ":path": "/a", ":status": "200" }],
    ["with a field of a connection", { ":method": "POST", ":scheme": "http", ":path": "/a", connection: "close" }],
    ["with pseudo-fields at last", { ":method": "POST", ":scheme": "http", te: "trailers", ":path": "/a" }],
    ["with another te", { ":method": "POST", ":scheme": "http", ":path": "/a", te: "gzip" }],
  ])("%s is reset", async (_, fields) => {
    const door = await useServingDoor();
    const raw = await RawClient.to(door.door.socket);
    raw.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, block(fields)));
    const { payload } = await raw.frame(({ type }) => type === RESET);
    expect(payload.readUInt32BE(0)).toBe(PROTOCOL);
  });
});

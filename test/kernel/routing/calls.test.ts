import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:http2";
import { connect as connectSocket } from "node:net";
import { fileURLToPath } from "node:url";
import { Metadata, status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { drained, EchoClient } from "../../fixtures/routing/echo-client.js";
import { TestIsolates } from "../../fixtures/routing/test-isolates.js";
import { useDoor } from "../../fixtures/routing/use-door.js";
import { until } from "../../helpers/until.js";
import { useDirectory } from "../../helpers/use-directory.js";

const DOOR = fileURLToPath(new URL("../../fixtures/routing/door.mjs", import.meta.url));

describe("a call through the front door", () => {
  test("reaches the isolate with its metadata, and brings headers, message and trailers back", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const binary = Buffer.from([0, 255, 10, 13]);
    const long = "v".repeat(12_000);
    const metadata = echo.metadata({
      "x-one": ["a", "b"],
      "x-bytes-bin": [binary, Buffer.from("two")],
      "x-long": long,
    });
    const { message, headers, status: end } = await echo.unary("Echo", Buffer.from("hello"), { metadata });
    expect(message?.toString()).toBe("hello");
    for (const received of [headers, end.metadata]) {
      expect(received?.get("x-one").join()).toMatch(/^a, ?b$|^a,b$/);
      expect(received?.get("x-bytes-bin")).toEqual([binary, Buffer.from("two")]);
      expect(received?.get("x-long")).toEqual([long]);
    }
    // The generation's token in the place of the front door's, and nothing of the way.
    const seen = String(headers?.get("x-seen-keys")[0]).split(" ");
    expect(seen).toContain("authorization");
    expect(seen).not.toContain("x-pihost-isolate");
  });

  test("may be of any kind", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const flood = await drained(echo.serverStream("Flood", Buffer.from("200000")));
    expect(Buffer.concat(flood.messages)).toHaveLength(200_000);
    expect(flood.status.code).toBe(status.OK);
    const count = await new Promise((resolve) => {
      const call = echo.clientStream("Count", (error, message) => resolve(error ?? message?.toString()));
      for (let part = 0; part < 50; part++) call.write(Buffer.alloc(10_000));
      call.end();
    });
    expect(count).toBe("500000");
    const chat = echo.bidi("Chat");
    chat.write(Buffer.from("first"));
    await new Promise((resolve) => chat.once("data", resolve));
    chat.write(Buffer.from("second"));
    chat.end();
    const { messages, status: end } = await drained(chat);
    expect(messages.map(String)).toEqual(["re: second"]);
    expect(end.code).toBe(status.OK);
  });

  test("carries 16 MiB in one message, both ways", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const large = Buffer.alloc(16 * 1024 * 1024, "x");
    const { message, error } = await client().unary("Echo", large);
    expect(error).toBeUndefined();
    expect(message?.equals(large)).toBe(true);
  });

  test("brings a status with its message, details and trailers, without a message before", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const { error } = await client().unary("Fail", Buffer.alloc(0));
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: "nöthing % here" });
    expect(error?.metadata.get("grpc-status-details-bin")).toEqual([Buffer.from([8, 5])]);
    expect(error?.metadata.get("x-trailer")).toEqual(["there"]);
  });

  test("that is cancelled is cancelled in the isolate", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const call = client().serverStream("Hang", Buffer.alloc(0));
    const end = drained(call);
    await isolates.heard("hang");
    call.cancel();
    await isolates.heard("cancelled");
    expect((await end).status.code).toBe(status.CANCELLED);
  });

  test("of a client that is gone is cancelled in the isolate", async () => {
    const { isolates, door, token } = await useDoor();
    await isolates.start("store");
    const session = connect("http://localhost", { createConnection: () => connectSocket(door.socket) });
    const stream = session.request({
      ":method": "POST",
      ":path": "/test.v1.Echo/Hang",
      "content-type": "application/grpc",
      te: "trailers",
      authorization: `Bearer ${token}`,
    });
    stream.on("error", () => {});
    stream.end(Buffer.alloc(5));
    await isolates.heard("hang");
    session.destroy();
    await isolates.heard("cancelled");
  });

  test("that nobody answers ends at its deadline", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const { error } = await client().unary("Hang", Buffer.alloc(0), { deadline: Date.now() + 300 });
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    await isolates.heard("cancelled");
  });

  test("is one of many at once, each with its own answer", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const texts = Array.from({ length: 300 }, (_, index) => `message ${index}`);
    const answers = await Promise.all(texts.map((text) => echo.unary("Echo", Buffer.from(text))));
    expect(answers.map(({ message }) => message?.toString())).toEqual(texts);
  });
});

describe("the flow of a stream", () => {
  test("is held by a client that does not read, and other calls are not", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const sizes = (): number =>
      Math.max(0, ...isolates.told.map((what) => Number(/^sent (\d+)$/.exec(what)?.[1] ?? 0)));
    const call = echo.serverStream("Flood", Buffer.from(String(64 * 1024 * 1024)));
    call.pause();
    await isolates.heard("sent 65536");
    // What is under way: windows of the client, the door and the isolate.
    let before = -1;
    await until(() => {
      const same = sizes() === before;
      before = sizes();
      return same && before > 0;
    });
    const { message } = await client().unary("Echo", Buffer.from("beside"));
    expect(message?.toString()).toBe("beside");
    expect(sizes()).toBeLessThan(8 * 1024 * 1024);
    call.cancel();
    await drained(call);
  });

  test("is held by an isolate that does not read, and other calls to it are not", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const call = client().clientStream("Sink", () => {});
    call.on("error", () => {});
    let flushed = 0;
    for (let part = 0; part < 128; part++) {
      call.write(Buffer.alloc(65_536), () => {
        flushed += 65_536;
      });
    }
    await isolates.heard("sink");
    const { message } = await client().unary("Echo", Buffer.from("beside"));
    expect(message?.toString()).toBe("beside");
    expect(flushed).toBeLessThan(4 * 1024 * 1024);
    call.cancel();
  });

  test("of 256 MiB takes little memory of the kernel", async () => {
    const isolates = new TestIsolates(useDirectory());
    onTestFinished(() => isolates[Symbol.asyncDispose]());
    const { upstream } = await isolates.start("store");
    const socket = `${useDirectory()}/door.sock`;
    const kernel = fork(DOOR, [socket, upstream.address, upstream.token], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    onTestFinished(async () => {
      kernel.kill("SIGKILL");
      await once(kernel, "exit");
    });
    await once(kernel, "message");
    using echo = new EchoClient(`unix:${socket}`);
    const call = echo.serverStream("Flood", Buffer.from(String(256 * 1024 * 1024)));
    let length = 0;
    call.on("data", (part: Buffer) => {
      length += part.length;
    });
    const end = await new Promise<{ code: number }>((resolve) => call.once("status", resolve));
    expect([end.code, length]).toEqual([status.OK, 256 * 1024 * 1024]);
    kernel.send("peak");
    const [peak] = (await once(kernel, "message")) as [number];
    // Garbage for the most part, which is collected as it likes.
    expect(peak).toBeLessThan(96 * 1024 * 1024);
  });
});

describe("metadata", () => {
  test("above the bound are refused, and the connection goes on", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const metadata = echo.metadata();
    const many = new Metadata();
    for (let field = 0; field < 300; field++) many.add(`x-field-${field}`, "v");
    metadata.merge(many);
    const { error } = await echo.unary("Echo", Buffer.alloc(0), { metadata });
    expect(error?.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(error?.details).toMatch(/bytes; 65536 in 256 fields are the most/);
    const { message } = await echo.unary("Echo", Buffer.from("again"));
    expect(message?.toString()).toBe("again");
  });
});

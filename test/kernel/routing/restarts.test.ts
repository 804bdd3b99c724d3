import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { fromRemoteError } from "../../../src/codec/index.js";
import { decodeStatusDetails } from "../../../src/contract/index.js";
import { CONNECT_TRIES_AT_MOST } from "../../../src/kernel/routing/bounds.js";
import { drained } from "../../fixtures/routing/echo-client.js";
import { useDoor } from "../../fixtures/routing/use-door.js";
import { until } from "../../helpers/until.js";
import { useDirectory } from "../../helpers/use-directory.js";

describe("while an isolate has no process", () => {
  test("requests wait for the next one", async () => {
    const { isolates, client } = await useDoor();
    const call = client().unary("Echo", Buffer.from("patient"));
    await until(() => isolates.waiting === 1);
    await isolates.start("store");
    expect((await call).message?.toString()).toBe("patient");
  });

  test("a request ends at its deadline, and is waited for no more", async () => {
    const { isolates, client } = await useDoor();
    const { error } = await client().unary("Echo", Buffer.from("late"), { deadline: Date.now() + 200 });
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
    await until(() => isolates.waiting === 0);
  });

  test("the deadline that a later process sees is what is left", async () => {
    const { isolates, client } = await useDoor();
    const before = performance.now();
    await isolates.start("other");
    // So that the process is there long before, on a busy machine too.
    const patienceMs = 500 + 8 * (performance.now() - before);
    const call = client().unary("Hang", Buffer.from("late"), { deadline: Date.now() + patienceMs });
    await until(() => isolates.waiting === 1);
    await isolates.start("store");
    expect((await call).error?.code).toBe(status.DEADLINE_EXCEEDED);
    await isolates.heard("cancelled");
  });

  test("a long request is held back, and sent whole once there is one", async () => {
    const { isolates, client } = await useDoor();
    let flushed = 0;
    const answer = new Promise((resolve) => {
      const call = client().clientStream("Count", (error, message) => resolve(error ?? message?.toString()));
      for (let part = 0; part < 64; part++) {
        call.write(Buffer.alloc(65_536), () => {
          flushed += 65_536;
        });
      }
      call.end();
    });
    await until(() => isolates.waiting === 1);
    expect(flushed).toBeLessThan(1024 * 1024);
    await isolates.start("store");
    expect(await answer).toBe(String(64 * 65_536));
  });

  test("and will have none, requests end as UNAVAILABLE and say why", async () => {
    const { isolates, client } = await useDoor();
    isolates.add("store", ["test.v1.Echo"], "stopped");
    const { error } = await client().unary("Echo", Buffer.alloc(0));
    expect(error).toMatchObject({ code: status.UNAVAILABLE, details: "STOPPED: isolate store was stopped" });
    expect(remoteOf(error)).toMatchObject({ code: "STOPPED" });
  });

  test("what a process that just died left behind is tried until there is the next one", async () => {
    const { isolates, client } = await useDoor();
    const { child, upstream } = await isolates.start("store");
    const echo = client();
    await echo.unary("Echo", Buffer.from("warm"));
    child.kill("SIGKILL");
    await upstream.gone;
    const call = echo.unary("Echo", Buffer.from("next"));
    await isolates.start("store");
    expect((await call).message?.toString()).toBe("next");
  });
});

test("a process that takes no request is tried so many times, and then the request is told", async () => {
  const { isolates, client } = await useDoor();
  const path = join(useDirectory(), "closing.sock");
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  onTestFinished(() => void server.close());
  await once(server.listen(path), "listening");
  isolates.startAt("store", path);
  const { error } = await client().unary("Echo", Buffer.alloc(0));
  expect(error).toMatchObject({
    code: status.UNAVAILABLE,
    details: `isolate store takes no requests: ${CONNECT_TRIES_AT_MOST} times it was tried`,
  });
  expect(connections).toBe(CONNECT_TRIES_AT_MOST);
});

describe("when a process dies with a request", () => {
  test("whose method may be run again, the next process answers it", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const call = client().unary("Flaky", Buffer.from("hello"));
    await isolates.heard("flaky");
    await until(() => isolates.waiting === 1);
    await isolates.start("store");
    expect((await call).message?.toString()).toBe("by 2: hello");
    expect(isolates.told.filter((what) => what === "flaky")).toHaveLength(2);
  });

  test("of several messages, all of them are sent again", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const answer = new Promise((resolve) => {
      const call = client().clientStream("FlakyStream", (error, message) => resolve(error ?? message?.toString()));
      for (const part of ["a", "b", "c"]) call.write(Buffer.from(part));
      call.end();
    });
    await isolates.heard("flaky");
    await until(() => isolates.waiting === 1);
    await isolates.start("store");
    expect(await answer).toBe("by 2: abc");
  });

  test("and two more after it, the request is not sent to a fourth", async () => {
    const { isolates, client } = await useDoor();
    const call = client().unary("Flaky", Buffer.from("deadly"));
    for (let deaths = 1; deaths <= 3; deaths += 1) {
      const { upstream } = await isolates.start("store");
      await upstream.gone;
    }
    const { error } = await call;
    expect(error?.code).toBe(status.UNAVAILABLE);
    expect(error?.details).toContain("/test.v1.Echo/Flaky was lost while it ran in isolate store");
    expect(isolates.told.filter((what) => what === "flaky")).toHaveLength(3);
  });

  test("that is too long to be kept, it ends as UNAVAILABLE", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const { error } = await client().unary("Flaky", Buffer.alloc(2 * 1024 * 1024));
    expect(error?.code).toBe(status.UNAVAILABLE);
  });

  test("whose method may not, it ends as UNAVAILABLE with the story of the death", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const call = client().unary("Hang", Buffer.alloc(0));
    await isolates.heard("hang");
    await isolates.kill("store");
    const { error } = await call;
    expect(error?.code).toBe(status.UNAVAILABLE);
    expect(error?.details).toMatch(
      /^\/test.v1.Echo\/Hang was lost while it ran in isolate store: CRASHED: .* SIGKILL$/,
    );
    expect(remoteOf(error)).toMatchObject({ code: "CRASHED", message: "CRASHED: isolate store was ended by SIGKILL" });
  });

  test("after the headers of the answer, it ends as UNAVAILABLE", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const end = drained(client().serverStream("HeadersThenHang", Buffer.alloc(0)));
    await isolates.heard("headers");
    await isolates.kill("store");
    expect((await end).status.code).toBe(status.UNAVAILABLE);
  });

  test("after a message of the answer, it is not run again, though its method might be", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const call = client().serverStream("OneThenHang", Buffer.alloc(0));
    const end = drained(call);
    await new Promise((resolve) => call.once("data", resolve));
    await isolates.kill("store");
    const { messages, status: last } = await end;
    expect([messages.map(String), last.code]).toEqual([["one"], status.UNAVAILABLE]);
  });

  test("which the client still sends, it ends", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const chat = client().bidi("Chat");
    const end = drained(chat);
    chat.write(Buffer.from("first"));
    await isolates.heard("chat");
    await isolates.kill("store");
    expect((await end).status.code).toBe(status.UNAVAILABLE);
  });

  test("of many, each has one end", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const calls = Array.from({ length: 200 }, () => echo.unary("Echo", Buffer.from("one of many")));
    await isolates.heard("echo");
    await isolates.kill("store");
    await isolates.start("store");
    const codes = (await Promise.all(calls)).map(({ status: end }) => end.code);
    expect(codes.filter((code) => code !== status.OK && code !== status.UNAVAILABLE)).toEqual([]);
  });
});

describe("when an isolate is replaced", () => {
  test("new requests go to the new process, and the old one ends what it has", async () => {
    const { isolates, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const chat = echo.bidi("Chat");
    chat.write(Buffer.from("old"));
    await new Promise((resolve) => chat.once("data", resolve));
    await isolates.start("store");
    const { headers } = await echo.unary("Echo", Buffer.alloc(0));
    expect(headers?.get("x-generation")).toEqual(["2"]);
    chat.write(Buffer.from("still"));
    chat.end();
    const { messages, status: end } = await drained(chat);
    expect([messages.map(String), end.code]).toEqual([["re: still"], status.OK]);
  });
});

describe("when the front door closes", () => {
  test("what runs may end within the grace", async () => {
    const { door, isolates, client } = await useDoor();
    await isolates.start("store");
    const chat = client().bidi("Chat");
    chat.write(Buffer.from("last"));
    await new Promise((resolve) => chat.once("data", resolve));
    const closed = door.close(10_000);
    chat.end();
    expect((await drained(chat)).status.code).toBe(status.OK);
    await closed;
  });

  test("what does not end is ended", async () => {
    const { door, isolates, client } = await useDoor();
    await isolates.start("store");
    const end = drained(client().serverStream("Hang", Buffer.alloc(0)));
    await isolates.heard("hang");
    await door.close(50);
    expect((await end).status.code).toBe(status.UNAVAILABLE);
    await isolates.heard("cancelled");
  });
});

function remoteOf(error: { metadata: { get(key: string): unknown[] } } | undefined): unknown {
  const remote = decodeStatusDetails(error?.metadata.get("grpc-status-details-bin")[0] as Buffer);
  return remote === undefined ? undefined : fromRemoteError(remote);
}

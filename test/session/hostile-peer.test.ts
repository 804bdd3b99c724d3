import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Payload, SessionFrame } from "../../src/contract/index.js";
import { BUDGET } from "../../src/session/index.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { type End, settle, useSessionEnd, useSessionPair } from "./use-session-pair.js";

function message(frame: Partial<SessionFrame> | Uint8Array, flag = 0, claimed?: number): Buffer {
  const bytes = frame instanceof Uint8Array ? frame : SessionFrame.encode(SessionFrame.fromPartial(frame)).finish();
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(claimed ?? bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

const inline = (text: string) => {
  const body = Buffer.from(text);
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeUInt32LE(body.length, 1);
  return { form: { $case: "inline" as const, value: Buffer.concat([head, body]) } };
};

/** A session whose peer has sent this; says whether it was lost, once it has read it all. */
async function receive(...messages: Buffer[]): Promise<End> {
  const { end, peer } = await useSessionEnd();
  peer.resume();
  const total = messages.reduce((sum, { length }) => sum + length, 0);
  for (const bytes of messages) peer.write(bytes);
  await until(() => end.lost.length > 0 || end.socket.bytesRead >= total);
  await new Promise((resolve) => setImmediate(resolve));
  return end;
}

describe("a session is lost with PROTOCOL when its peer sends", () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  test.each<[string, Buffer]>([
    ["bytes that are no message", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["a compressed message", message({}, 1)],
    ["a message that claims 4 GiB", message({}, 0, 0xffff_ffff)],
    [
      "a frame that is cut off",
      message(
        SessionFrame.encode(SessionFrame.fromPartial({ callIds: [1], callHandles: [1], callArgs: "[[1]]" }))
          .finish()
          .subarray(0, -2),
      ),
    ],
    ["a group tag", message(Buffer.from([0x0b]))],
    [
      "a number without end",
      message(Buffer.from([0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80])),
    ],
    ["a column that claims more than there is", message(Buffer.from([0x12, 0x7f, 1]))],
    ["calls without arguments", message({ callIds: [1, 2], callHandles: [1, 2] })],
    ["fewer arguments than calls", message({ callIds: [1, 2], callHandles: [1, 2], callArgs: "[[1]]" })],
    ["arguments that are no array", message({ callIds: [1], callHandles: [1], callArgs: '[{"length":1}]' })],
    ["a call of a handle that it never introduced", message({ callIds: [3], callHandles: [9], callArgs: "[[1]]" })],
    ["a call without a handle", message({ callIds: [3], callHandles: [], callArgs: "[[1]]" })],
    [
      "a handle that it has introduced already",
      message({
        introductions: [
          { handle: 1, module: "m", method: "echo", reference: 0 },
          { handle: 1, module: "m", method: "echo", reference: 0 },
        ],
      }),
    ],
    [
      "payloads of items in another order than theirs",
      message({
        itemStreams: [1, 1],
        items: "[null,null]",
        itemPayloads: [
          { index: 1, value: inline("[1]") },
          { index: 0, value: inline("[1]") },
        ],
      }),
    ],
    ["JSON that is none", message({ resultIds: [1], results: "[1" })],
    ["JSON that is no array", message({ resultIds: [1], results: '{"length":1}' })],
    ["a very deep result", message({ resultIds: [1], results: `[${deep}]` })],
    ["a column of items that is too short", message({ itemStreams: [1, 2], items: "[1]" })],
  ])("%s", async (_, bytes) => {
    const end = await receive(bytes);
    expect(end.lost).toMatchObject([{ code: "PROTOCOL" }]);
  });

  test.each<[string, Buffer]>([
    ["a result for a call that nobody made", message({ resultIds: [77], results: "[1]", voidIds: [78] })],
    [
      "settlements for calls that nobody made",
      message({
        settlements: [
          { id: 5, outcome: { $case: "value", value: inline("[1]") } },
          { id: 6, outcome: undefined },
        ],
      }),
    ],
    ["an item of a stream that nobody has", message({ itemStreams: [9], items: "[1]" })],
    ["the end of a stream that nobody has", message({ streamEnds: [{ stream: 9, error: undefined }] })],
    ["demand for a stream that nobody lent", message({ streamDemands: [{ stream: 4, items: 0xffff_ffff }] })],
    ["a release of what nobody lent", message({ releases: [1, 2, 3], segmentsRead: [1, 99], cancels: [7] })],
    ["a pong that nobody asked for", message({ pong: 12 })],
    [
      "an aborted signal's reason that is no value",
      message({ aborts: [{ signal: 1, reason: { form: { $case: "inline", value: Buffer.from("nonsense") } } }] }),
    ],
    ["a deep result", message({ resultIds: [1], results: `[${"[".repeat(2_000)}${"]".repeat(2_000)}]` })],
    ["a field of a later version", message(Buffer.from([0xfa, 0x3f, 1, 7]))],
  ])("… but not when it is %s", async (_, bytes) => {
    const end = await receive(bytes);
    expect(end.lost).toEqual([]);
  });

  test("any bytes: it throws nothing out of its lane", async () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 4 });
    const columns = fc.record({
      introductions: fc.array(
        fc.record({
          handle: fc.nat(3),
          module: fc.constantFrom("", "m"),
          method: fc.constantFrom("", "echo", "nope", "__proto__"),
          reference: fc.nat(2),
        }),
        { maxLength: 2 },
      ),
      callIds: fc.array(fc.nat(4), { maxLength: 3 }),
      callHandles: fc.array(fc.nat(4), { maxLength: 3 }),
      callArgs: fc.constantFrom("", "[]", "[[1]]", "[[],[]]", "[null]", "[1]", "[[1],[2],[3]]"),
      cancels: fc.array(fc.nat(4), { maxLength: 2 }),
      itemStreams: fc.array(fc.nat(4), { maxLength: 2 }),
      items: fc.constantFrom("", "[]", "[1]", "[1,2]"),
      resultIds: fc.array(fc.nat(4), { maxLength: 2 }),
      results: fc.constantFrom("", "[1]", "[1,2]", "[null]"),
      voidIds: fc.array(fc.nat(4), { maxLength: 2 }),
      releases: fc.array(fc.nat(4), { maxLength: 2 }),
      streamDemands: fc.array(fc.record({ stream: fc.nat(4), items: fc.nat() }), { maxLength: 2 }),
      ping: fc.nat(2),
      pong: fc.nat(2),
    });
    const { end, peer } = await useSessionEnd();
    end.session.close(new Error("only to own the sockets"));
    peer.destroy();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          frames.map((parts) => parts.map((part) => message(part))),
          fc
            .array(columns, { maxLength: 3 })
            .map((list) => list.map((frame) => message(frame as Partial<SessionFrame>))),
        ),
        async (messages) => {
          const received = await receive(...messages);
          received.session.close(new Error("done"));
          received.socket.destroy();
          for (const lost of received.lost) expect(lost.code).toBe("PROTOCOL");
        },
      ),
      { numRuns: 60, seed: 20_261_122, interruptAfterTimeLimit: 5_000 },
    );
  });
});

describe("a call is answered with PROTOCOL", () => {
  async function answer(frame: Partial<SessionFrame>): Promise<SessionFrame> {
    const { end, peer } = await useSessionEnd();
    const chunks: Buffer[] = [];
    peer.on("data", (chunk) => chunks.push(chunk));
    peer.write(message(frame));
    await until(() => chunks.length > 0 || end.lost.length > 0);
    expect(end.lost).toEqual([]);
    return SessionFrame.decode(Buffer.concat(chunks).subarray(5));
  }

  test.each<[string, Partial<SessionFrame>]>([
    [
      "its arguments are nowhere",
      {
        introductions: [{ handle: 1, module: "m", method: "echo", reference: 0 }],
        callIds: [3],
        callHandles: [1],
        callArgs: "[null]",
        callDetails: [
          {
            index: 0,
            args: { form: { $case: "place", value: '{"segment":1,"length":10}' } },
            attempt: 1,
            timeoutMs: 0,
            trace: {},
          },
        ],
      },
    ],
    [
      "its arguments refer to parts that never came",
      {
        introductions: [{ handle: 1, module: "m", method: "echo", reference: 0 }],
        callIds: [3],
        callHandles: [1],
        callArgs: "[null]",
        callDetails: [
          {
            index: 0,
            args: { form: { $case: "place", value: '{"chunks":1,"length":10}' } },
            attempt: 1,
            timeoutMs: 0,
            trace: {},
          },
        ],
      },
    ],
    [
      "its arguments are malformed",
      {
        introductions: [{ handle: 1, module: "m", method: "echo", reference: 0 }],
        callIds: [3],
        callHandles: [1],
        callArgs: "[null]",
        callDetails: [{ index: 0, args: inline("[[["), attempt: 1, timeoutMs: 0, trace: {} }],
      },
    ],
  ])("when %s", async (_, frame) => {
    const { settlements } = await answer(frame);
    expect(settlements).toMatchObject([{ id: 3, outcome: { $case: "error" } }]);
  });

  test("a reference that nobody lent cannot be called", async () => {
    const { settlements } = await answer({
      introductions: [{ handle: 1, module: "", method: "constructor", reference: 5 }],
      callIds: [3],
      callHandles: [1],
      callArgs: "[[1]]",
    });
    expect(settlements).toMatchObject([{ id: 3, outcome: { $case: "error" } }]);
  });
});

describe("a number inside a value that no field of the contract has room for is refused", () => {
  const numbers = [-1, 0.5, 2 ** 32, 2 ** 53, 1e308];
  const contents = numbers.flatMap((number): [string, Payload][] => [
    ...["function", "object", "signal", "stream", "readable"].map((kind): [string, Payload] => [
      `${kind} ${number}`,
      inline(`[[["$x",${JSON.stringify({ kind, id: number, kept: true })}]]]`),
    ]),
    [`segment ${number}`, { form: { $case: "place", value: `{"segment":${number},"length":10}` } }],
    [`chunks ${number}`, { form: { $case: "place", value: `{"chunks":${number},"length":10}` } }],
    [`bytes in segment ${number}`, inline(`[[["$b",{"segment":${number},"length":10}]]]`)],
  ]);

  test.each(contents)("%s, in a value that is wanted", async (_, payload) => {
    const { end, peer } = await useSessionEnd({}, BUDGET, useDirectory());
    peer.resume();
    const settled = end.call("whatever");
    end.session.flush();
    peer.write(message({ settlements: [{ id: 1, outcome: { $case: "value", value: payload } }] }));
    await expect(settled).rejects.toBeInstanceOf(Error);
    end.session.flush();
    expect(end.lost).toEqual([]);
  });

  test.each(contents)("%s, in a value that nobody wants", async (_, payload) => {
    const { end, peer } = await useSessionEnd({}, BUDGET, useDirectory());
    peer.resume();
    const { id, result } = end.start("whatever", []);
    result.catch(() => {});
    end.session.cancel(id);
    end.session.flush();
    const { bytesRead } = end.socket;
    peer.write(message({ settlements: [{ id, outcome: { $case: "value", value: payload } }] }));
    await until(() => end.socket.bytesRead > bytesRead);
    await settle();
    end.session.flush();
  });
});

describe("a stream", () => {
  test("whose peer sends more than it was asked for ends the session before the memory is full", async () => {
    const { end, peer } = await useSessionEnd({});
    peer.resume();
    const settled = end.call("whatever");
    settled.catch(() => {});
    end.session.flush();
    peer.write(
      message({
        settlements: [{ id: 1, outcome: { $case: "value", value: inline('[["$x",{"kind":"stream","id":1}]]') } }],
      }),
    );
    const stream = (await settled) as AsyncGenerator;
    expect((await Promise.race([stream.next(), settleSoon()])) as unknown).toBe("later");
    const items = message({ itemStreams: new Array(1_000).fill(1), items: JSON.stringify(new Array(1_000).fill("x")) });
    for (let count = 0; count < 5; count += 1) peer.write(items);
    await until(() => end.lost.length > 0);
    expect(end.lost).toMatchObject([{ code: "PROTOCOL" }]);
  });
});

test("garbage on one end settles what the other end waits for", async () => {
  const { caller, callee } = await useSessionPair();
  const call = caller.call("never").catch((error: { code: string }) => error.code);
  await settle(caller, callee);
  callee.socket.write(Buffer.alloc(100, 0xff));
  expect(await call).toBe("PROTOCOL");
});

function settleSoon(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 50, "later"));
}

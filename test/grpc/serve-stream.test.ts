import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Client,
  type ClientDuplexStream,
  Metadata as ClientMetadata,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { type GrpcCall, GrpcError, GrpcStatus, Metadata } from "../../src/grpc/index.js";
import { rejection } from "../helpers/rejection.js";
import { deferred } from "./deferred.js";
import {
  type GrpcServer,
  type Handler,
  type Kind,
  textMethod,
  useGrpcServer,
  useTextsClient,
} from "./use-grpc-server.js";

interface Texts {
  unary(text: string, ...rest: unknown[]): ClientUnaryCall;
  clientStream(...rest: unknown[]): ClientWritableStream<string>;
  serverStream(text: string, ...rest: unknown[]): ClientReadableStream<string>;
  bidi(...rest: unknown[]): ClientDuplexStream<string, string>;
}

async function serve(kind: Kind, handler: Handler): Promise<{ server: GrpcServer; client: Texts }> {
  const server = await useGrpcServer([textMethod(kind, handler)]);
  return { server, client: useTextsClient(server) as Client & Texts };
}

function unary(client: Texts, text: string, metadata = new ClientMetadata(), options = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    client.unary(text, metadata, options, (error: ServiceError | null, answer: string) =>
      error === null ? resolve(answer) : reject(error),
    );
  });
}

async function drain(stream: AsyncIterable<string>): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of stream) texts.push(text);
  return texts;
}

describe("each kind of method is a function:", () => {
  test.each<[string, Handler]>([
    ["a value", (text) => `${text}!`],
    ["a promise", async (text) => `${text}!`],
  ])("a unary one returns %s", async (_, handler) => {
    const { client } = await serve("unary", handler);
    expect(await unary(client, "hello")).toBe("hello!");
    expect(await unary(client, "")).toBe("!");
    expect(await unary(client, "x".repeat(3_000_000))).toHaveLength(3_000_001);
  });

  test("one that takes a stream reads it", async () => {
    const { client } = await serve("clientStream", async (texts) => (await drain(texts)).join("+"));
    const answer = new Promise((resolve, reject) => {
      const call = client.clientStream((error: ServiceError | null, text: string) =>
        error === null ? resolve(text) : reject(error),
      );
      for (const text of ["a", "", "c"]) call.write(text);
      call.end();
    });
    expect(await answer).toBe("a++c");
  });

  test.each<[string, Handler]>([
    [
      "a generator",
      function* (text) {
        yield* text;
      },
    ],
    [
      "an asynchronous generator",
      async function* (text) {
        for (const letter of text) yield letter;
      },
    ],
    ["a promise of an array", async (text) => [...text]],
    ["a ReadableStream", (text) => ReadableStream.from([...text])],
  ])("one that answers with a stream returns %s", async (_, handler) => {
    const { client } = await serve("serverStream", handler);
    expect(await drain(client.serverStream("abc"))).toEqual(["a", "b", "c"]);
    expect(await drain(client.serverStream(""))).toEqual([]);
  });

  test("one with two streams answers while it reads, and after the request has ended", async () => {
    const { client } = await serve("bidi", async function* (texts) {
      for await (const text of texts) yield `${text}?`;
      yield "end";
    });
    const call = client.bidi();
    const answers = call[Symbol.asyncIterator]();
    call.write("a");
    expect((await answers.next()).value).toBe("a?");
    call.write("b");
    expect((await answers.next()).value).toBe("b?");
    call.end();
    expect((await answers.next()).value).toBe("end");
    expect((await answers.next()).done).toBe(true);
  });
});

describe("an error ends the call", () => {
  test("with its own status, message, details and metadata when it is a GrpcError", async () => {
    const metadata = new Metadata();
    metadata.set("reason", "full");
    const { client } = await serve("unary", () => {
      throw new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, "50% \t☺ 😈", { details: Buffer.from([8, 8]), metadata });
    });
    const error = (await rejection(unary(client, ""))) as ServiceError;
    expect(error).toMatchObject({ code: status.RESOURCE_EXHAUSTED, details: "50% \t☺ 😈" });
    expect(error.metadata.get("reason")).toEqual(["full"]);
    expect(error.metadata.get("grpc-status-details-bin")).toEqual([Buffer.from([8, 8])]);
  });

  test("with UNKNOWN when it is another one, and after messages that came before", async () => {
    const { client } = await serve("serverStream", async function* () {
      yield "one";
      throw new RangeError("no more");
    });
    const call = client.serverStream("");
    const seen: string[] = [];
    call.on("data", (text: string) => seen.push(text));
    const [error] = (await once(call, "error")) as [ServiceError];
    expect(seen).toEqual(["one"]);
    expect(error).toMatchObject({ code: status.UNKNOWN, details: "no more" });
  });

  test("with INTERNAL when what should be a stream is none, or an answer cannot be encoded", async () => {
    const { client } = await serve("serverStream", () => 5);
    const [error] = (await once(client.serverStream(""), "error")) as [ServiceError];
    expect(error).toMatchObject({ code: status.INTERNAL, details: expect.stringContaining("got number") });
    const other = await serve("unary", () => undefined);
    expect(await rejection(unary(other.client, ""))).toMatchObject({ code: status.INTERNAL });
  });
});

describe("metadata", () => {
  test("arrive with every value, binary ones as bytes, and come back as headers and trailers", async () => {
    const { client } = await serve("unary", (_, call) => {
      call.headers.set("x-first", String(call.metadata.get("x-one")));
      for (const value of call.metadata.getAll("x-many-bin")) call.trailers.add("x-back-bin", value as Buffer);
      return JSON.stringify([
        call.metadata.getAll("x-two"),
        call.metadata.has("te"),
        call.metadata.has("grpc-timeout"),
      ]);
    });
    const metadata = new ClientMetadata();
    metadata.set("x-one", "1, 2");
    metadata.add("x-two", "a");
    metadata.add("x-two", "b");
    metadata.add("x-many-bin", Buffer.from([0, 255]));
    metadata.add("x-many-bin", Buffer.from([]));
    metadata.add("x-many-bin", Buffer.from([1]));
    const answer = await new Promise<{ text: string; headers?: ClientMetadata; trailers?: ClientMetadata }>(
      (resolve) => {
        const told: { text: string; headers?: ClientMetadata; trailers?: ClientMetadata } = { text: "" };
        const call = client.unary("", metadata, (_: unknown, text: string) => Object.assign(told, { text }));
        call.once("metadata", (headers: ClientMetadata) => Object.assign(told, { headers }));
        call.once("status", ({ metadata: trailers }) => resolve(Object.assign(told, { trailers })));
      },
    );
    expect(JSON.parse(answer.text)).toEqual([["a", "b"], false, false]);
    expect(answer.headers?.get("x-first")).toEqual(["1, 2"]);
    expect(answer.trailers?.get("x-back-bin")).toEqual([Buffer.from([0, 255]), Buffer.from([]), Buffer.from([1])]);
  });

  test("leave at once when the handler says so", async () => {
    const asked = deferred<void>();
    const { client } = await serve("unary", async (_, call) => {
      call.headers.set("early", "yes");
      call.sendHeaders();
      await asked.promise;
      return "late";
    });
    const done = deferred<string>();
    const call = client.unary("", (_: unknown, text: string) => done.resolve(text));
    const [headers] = (await once(call, "metadata")) as [ClientMetadata];
    expect(headers.get("early")).toEqual(["yes"]);
    asked.resolve();
    expect(await done.promise).toBe("late");
  });
});

describe("a call ends before its handler does", () => {
  test("when its deadline passes: the server itself says so, and the signal tells the handler", async () => {
    const seen = deferred<[number | undefined, unknown]>();
    const { client, server } = await serve("unary", (_, call) => {
      call.signal.addEventListener("abort", () => seen.resolve([call.deadline, call.signal.reason]));
      return new Promise(() => {});
    });
    const begun = Date.now();
    const error = await rejection(unary(client, "", new ClientMetadata(), { deadline: begun + 100 }));
    expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    const [deadline, reason] = await seen.promise;
    expect(deadline).toBeGreaterThan(begun);
    expect([GrpcStatus.DEADLINE_EXCEEDED, GrpcStatus.CANCELLED]).toContain((reason as GrpcError).code);
    expect(server.streams).toHaveLength(1);
  });

  test.each<Kind>(["serverStream", "bidi"])("when the client cancels: a generator of a %s is stopped", async (kind) => {
    const stopped = deferred<void>();
    const { client } = await serve(kind, async function* () {
      try {
        for (;;) {
          yield "more";
          await turn();
        }
      } finally {
        stopped.resolve();
      }
    });
    const call = kind === "bidi" ? client.bidi() : client.serverStream("");
    call.on("error", () => {});
    await once(call, "data");
    call.cancel();
    await stopped.promise;
  });

  test("when the connection is lost: the messages end with an error, and the signal is aborted", async () => {
    const ends = deferred<[unknown, GrpcCall]>();
    const { client, server } = await serve("bidi", async function* (texts, call) {
      yield "hello";
      ends.resolve([await rejection(drain(texts)), call]);
    });
    const call = client.bidi();
    call.on("error", () => {});
    await once(call, "data");
    server.streams[0]?.session?.destroy();
    const [error, { signal }] = await ends.promise;
    expect(error).toMatchObject({ code: GrpcStatus.CANCELLED });
    expect(signal.aborted).toBe(true);
  });
});

describe("back-pressure:", () => {
  const PIECE = "x".repeat(64 * 1024);

  test("a generator runs no further ahead than the windows of its client", async () => {
    let made = 0;
    const { client } = await serve("serverStream", function* () {
      for (; made < 1_000; made += 1) yield PIECE;
    });
    const call = client.serverStream("");
    call.pause();
    await once(call, "readable");
    for (let turns = 0; turns < 200; turns += 1) await turn();
    expect(made).toBeLessThan(300);
    expect(await drain(call)).toHaveLength(1_000);
  });

  test("a client is held back while the handler does not read", async () => {
    const read = deferred<void>();
    const { client } = await serve("clientStream", async (texts) => {
      await read.promise;
      return String((await drain(texts)).length);
    });
    const done = deferred<string>();
    const call = client.clientStream((_: unknown, text: string) => done.resolve(text));
    let sent = 0;
    for (; sent < 500 && call.write(PIECE); sent += 1) await turn();
    for (let turns = 0; turns < 100; turns += 1) await turn();
    expect(sent).toBeLessThan(100);
    read.resolve();
    await once(call, "drain");
    call.end();
    expect(Number(await done.promise)).toBe(sent + 1);
  });
});

test("compressed messages are read and written, and told apart from others", async () => {
  const server = await useGrpcServer([
    textMethod("bidi", async function* (texts, call) {
      call.compress(true);
      for await (const text of texts) {
        call.compress(call.requestCompressed);
        yield `${text} ${call.requestCompressed}`;
      }
    }),
  ]);
  const client = useTextsClient(server, { "grpc.default_compression_algorithm": 2 }) as Client & Texts;
  const call = client.bidi();
  for (const text of ["a", "b".repeat(100_000)]) call.write(text);
  call.end();
  expect(await drain(call)).toEqual(["a true", `${"b".repeat(100_000)} true`]);
});

import { once } from "node:events";
import {
  type CallOptions,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeStatusDetails } from "../../../src/contract/index.js";
import { ask as askRaw, bearerOf, liveRecordOf, statusOf, useClient } from "../../helpers/contract-client.js";
import { headerBytes, lastHeadersOf, useHttp2, useOtherHeaders } from "../../helpers/raw-request.js";
import { rejection } from "../../helpers/rejection.js";
import { useSharedIsolator } from "../../helpers/use-isolator.js";
import { SERVICES, type Served, useServiceClient } from "./use-services.js";

interface Text {
  readonly text: string;
}
type Done = (error: ServiceError | null, answer: Text) => void;
interface Talk {
  ask(text: Text, metadata: Metadata, options: CallOptions, done: Done): ClientUnaryCall;
  tell(text: Text, metadata: Metadata): ClientReadableStream<Text>;
  gather(metadata: Metadata, done: Done): ClientWritableStream<Text>;
  chat(metadata: Metadata): ClientDuplexStream<Text, Text>;
}

const isolator = useSharedIsolator({ name: "talk", from: SERVICES, discoverable: true });
let served: Pick<Served, "address" | "token">;
beforeAll(async () => {
  await isolator().invoke("pihost:", "serve", [{ module: "./talk.mjs", protos: ["./talk.proto"] }]);
  served = await liveRecordOf("talk");
});

const useTalk = (): Talk => useServiceClient<Talk>(served as Served, "talk.proto", "talk.Talk");

function withToken(values: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = bearerOf(served.token);
  for (const [name, value] of Object.entries(values)) metadata.set(name, value);
  return metadata;
}

function ask(text: string, metadata = withToken(), options: CallOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    useTalk().ask({ text }, metadata, options, (error, answer) =>
      error === null ? resolve(answer.text) : reject(error),
    );
  });
}

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("a method is a function of the module:", () => {
  test("unary", async () => {
    expect(await ask("echo hello")).toBe("hello");
    expect(await ask(`echo ${"x".repeat(2_000_000)}`)).toHaveLength(2_000_000);
  });

  test("with a stream of requests", async () => {
    const answer = new Promise((resolve) => {
      const call = useTalk().gather(withToken(), (_, { text }) => resolve(text));
      for (const text of ["a", "b"]) call.write({ text });
      call.end();
    });
    expect(await answer).toBe("a+b");
  });

  test("with two streams, and compression of the answers", async () => {
    const call = useTalk().chat(withToken());
    call.write({ text: "a" });
    const [first] = (await once(call, "data")) as [Text];
    expect(first).toEqual({ text: "a false" });
    call.end();
    await once(call, "end");
  });
});

test("a call knows its metadata, without the token, and sends some before and after its message", async () => {
  const metadata = withToken();
  metadata.add("x-many", "1");
  metadata.add("x-many", "2, 3");
  metadata.add("x-bytes-bin", Buffer.from([0, 255]));
  const told = await new Promise<{ text: string; headers: Metadata; trailers: Metadata }>((resolve) => {
    let headers = new Metadata();
    let text = "";
    const call = useTalk().ask({ text: "metadata" }, metadata, {}, (_, answer) => {
      text = answer.text;
    });
    call.once("metadata", (received: Metadata) => {
      headers = received;
    });
    call.once("status", ({ metadata: trailers }) => setImmediate(() => resolve({ text, headers, trailers })));
  });
  expect(JSON.parse(told.text)).toMatchObject({ all: ["1", "2, 3"], token: false });
  expect(told.headers.get("x-header")).toEqual(["a, b"]);
  expect(told.headers.get("x-back-bin")).toEqual([Buffer.from([1, 2])]);
  expect(told.trailers.get("x-trailer")).toEqual(["last"]);
  expect(told.trailers.get("x-bytes-bin")).toEqual([Buffer.from([0, 255])]);
});

test("currentCall() and the call agree on deadline and signal; the trace is that of the client", async () => {
  const before = Date.now();
  const metadata = withToken({ traceparent: TRACE, tracestate: "a=1", "grpc-previous-rpc-attempts": "2" });
  const { deadline, ...facts } = JSON.parse(await ask("facts", metadata, { deadline: before + 60_000 }));
  expect(facts).toMatchObject({ path: "/talk.Talk/Ask", peer: "unix:", same: true });
  expect(facts.trace).toEqual({ traceparent: TRACE, tracestate: "a=1" });
  expect(Math.abs(Date.parse(deadline) - before - 60_000)).toBeLessThan(5_000);
  expect(await ask("later", withToken({ traceparent: TRACE }))).toBe(TRACE);
});

test("the body of a generator belongs to its call, too, and is stopped when the client cancels", async () => {
  const call = useTalk().tell({ text: "n" }, withToken({ traceparent: TRACE }));
  call.on("error", () => {});
  const [first] = (await once(call, "data")) as [Text];
  expect(first).toEqual({ text: `n 0 ${TRACE}` });
  call.cancel();
  await expect.poll(() => ask("log")).toContain("stopped");
});

test("a call past its deadline is answered by the process itself, and its function learns of it", async () => {
  const error = await rejection(ask("wait", withToken(), { deadline: Date.now() + 50 }));
  expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  await expect.poll(() => ask("log")).toMatch(/^(DEADLINE_EXCEEDED|CANCELLED)$/);
});

describe("what a function throws", () => {
  const fail = (task: string): Promise<ServiceError> => rejection(ask(task)) as Promise<ServiceError>;

  test("keeps the status that it has, as errors of grpc-js do", async () => {
    const error = await fail("status");
    expect(error).toMatchObject({ code: status.ALREADY_EXISTS, details: "it is there" });
    expect(error.metadata.get("x-why")).toEqual(["twice"]);
  });

  test("is UNKNOWN with everything in its details", async () => {
    const error = await fail("range");
    expect(error).toMatchObject({ code: status.UNKNOWN, details: "too far" });
    const details = decodeStatusDetails(error.metadata.get("grpc-status-details-bin")[0] as Buffer);
    expect(details).toMatchObject({ name: "RangeError", message: "too far", frameworkCode: "", fields: { limit: 5 } });
  });

  test.each(["notCode", "abort", "nothing"])("is UNKNOWN when its code is no status: %s", async (task) => {
    expect((await fail(task)).code).toBe(status.UNKNOWN);
  });

  test("fits into the trailers, however long it is", async () => {
    const body = Buffer.from([10, 4, ...Buffer.from("long")]);
    const headers = await lastHeadersOf(useHttp2(served.address), "/talk.Talk/Ask", served.token, body);
    expect(headers.find(([name]) => name === "grpc-status")?.[1]).toBe("2");
    expect(headerBytes(headers)).toBeLessThan(8_192);
  });

  test("is INTERNAL when an answer is no message of the method", async () => {
    expect((await fail("wrong")).code).toBe(status.INTERNAL);
  });
});

describe("the socket of a process that serves", () => {
  test("wants the token for every method", async () => {
    expect(await statusOf(ask("echo", new Metadata()))).toBe("UNAUTHENTICATED");
    expect(await statusOf(ask("echo", bearerOf("0".repeat(64))))).toBe("UNAUTHENTICATED");
  });

  test("refuses two tokens", async () => {
    const authorization = ["authorization", `Bearer ${served.token}`] as const;
    const basic = [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/talk.Talk/Ask"],
      [":authority", "localhost"],
    ] as const;
    const rest = [
      ["content-type", "application/grpc"],
      ["te", "trailers"],
    ] as const;
    const address = await useOtherHeaders(served.address, [...basic, ...rest, authorization, authorization]);
    const headers = await lastHeadersOf(useHttp2(address), "/talk.Talk/Ask", served.token, Buffer.alloc(0));
    expect(headers.find(([name]) => name === "grpc-status")?.[1]).toBe("16");
  });

  test("still serves the contract, on the same connection", async () => {
    const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", served.address);
    const args = { values: [{ stringValue: "a/b" }] };
    const answer = await askRaw(client, "Invoke", { module: "node:path", method: "basename", args }, withToken());
    expect(answer).toMatchObject({ result: { stringValue: "b" } });
    expect(await statusOf(askRaw(client, "Status", {}))).toBe("UNAUTHENTICATED");
  });

  test("tells of the services: health and reflection", async () => {
    const health = useClient("health/v1/health.proto", "grpc.health.v1.Health", served.address);
    expect(await askRaw(health, "Check", { service: "talk.Talk" }, withToken())).toEqual({ status: "SERVING" });
    expect(await statusOf(askRaw(health, "Check", { service: "talk.No" }, withToken()))).toBe("NOT_FOUND");
  });

  test("answers UNIMPLEMENTED for methods and services that there are not", async () => {
    const session = useHttp2(served.address);
    for (const path of ["/talk.Talk/No", "/no.Service/Ask", "/"]) {
      const headers = await lastHeadersOf(session, path, served.token, Buffer.alloc(0));
      expect(headers.find(([name]) => name === "grpc-status")?.[1]).toBe("12");
    }
  });
});

test("calls of services count as calls of the process", async () => {
  const before = await isolator().status();
  await ask("echo x");
  const call = useTalk().tell({ text: "n" }, withToken());
  call.on("error", () => {});
  await once(call, "data");
  const during = await isolator().status();
  expect(during.callsInFlight).toBe(before.callsInFlight + 1);
  expect(during.callsDone).toBe(before.callsDone + 1);
  call.cancel();
  await expect.poll(async () => (await isolator().status()).callsInFlight).toBe(before.callsInFlight);
});

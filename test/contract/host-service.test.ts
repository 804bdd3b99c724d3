import type { Client, ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import { beforeEach, describe, expect, test } from "vitest";
import { ask, bearerOf, liveRecordOf, readContract, useClient } from "../helpers/contract-client.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

const PROTO = "pihost/v1/host_service.proto";
const SERVICE = "pihost.v1.HostService";
const values = fixture("values.mjs");

/** JSON as google.protobuf.Value, by hand: proto-loader knows no well-known types. */
function toValue(json: unknown): object {
  if (json === null) return { nullValue: 0 };
  if (typeof json === "number") return { numberValue: json };
  if (typeof json === "string") return { stringValue: json };
  if (typeof json === "boolean") return { boolValue: json };
  if (Array.isArray(json)) return { listValue: { values: json.map(toValue) } };
  const fields = Object.entries(json as object).map(([key, value]) => [key, toValue(value)]);
  return { structValue: { fields: Object.fromEntries(fields) } };
}

interface Value {
  kind?: string;
  numberValue?: number;
  stringValue?: string;
  boolValue?: boolean;
  listValue?: { values: Value[] };
  structValue?: { fields: Record<string, Value> };
}

function fromValue(value: Value): unknown {
  const { listValue, structValue } = value;
  if (structValue) {
    return Object.fromEntries(Object.entries(structValue.fields).map(([key, field]) => [key, fromValue(field)]));
  }
  if (listValue) return listValue.values.map(fromValue);
  return value.numberValue ?? value.stringValue ?? value.boolValue ?? null;
}

describe("a client that knows only the .proto files", () => {
  const isolator = useSharedIsolator({ name: "contract", discoverable: true });
  let client: Client;
  let metadata: ReturnType<typeof bearerOf>;

  beforeEach(async () => {
    const { address, token } = await liveRecordOf("contract");
    client = useClient(PROTO, SERVICE, address);
    metadata = bearerOf(token);
  });

  const invoke = (module: string, method: string, args: unknown[] = []): Promise<Record<string, unknown>> =>
    ask(client, "Invoke", { module, method, args: { values: args.map(toValue) } }, metadata);

  test("calls what a module exports", async () => {
    const { result } = await invoke(values, "add", [1, 2]);
    expect(fromValue(result as Value)).toBe(3);
  });

  test.each([[null], [true], [-1.5], ["naïve 😀"], [[1, ["two"], []]], [{ a: { b: [null] }, "": 0 }], [{}]])(
    "sends and receives %j unchanged",
    async (json) => {
      const { result } = await invoke(values, "echo", [json]);
      expect(fromValue(result as Value)).toEqual(json);
    },
  );

  test("may leave the arguments out", async () => {
    const { result } = await ask(client, "Invoke", { module: values, method: "count" }, metadata);
    expect(fromValue(result as Value)).toBe(0);
  });

  test("reads what the user's code threw from grpc-status-details-bin", async () => {
    const error = (await rejection(invoke(fixture("errors.mjs"), "custom"))) as ServiceError;
    expect(error.details).toBe("no apples left");
    const remote = decodeRemoteError(error);
    expect(remote).toMatchObject({
      framework_code: "",
      name: "OutOfStock",
      message: "no apples left",
      code: { stringValue: "E_STOCK" },
    });
    expect(remote.stack).toContain("errors.mjs:13");
    expect(fromValue({ structValue: remote.fields as { fields: Record<string, Value> } })).toMatchObject({
      item: "apples",
      left: { fuji: 0 },
    });
  });

  test("reads causes and the members of an AggregateError", async () => {
    const caused = decodeRemoteError(await rejection(invoke(fixture("errors.mjs"), "typeErrorWithCause")));
    expect(caused).toMatchObject({ name: "TypeError", cause: { name: "RangeError", message: "inner" } });
    const aggregate = decodeRemoteError(await rejection(invoke(fixture("errors.mjs"), "aggregate")));
    expect(aggregate).toMatchObject({ errors: [{ name: "TypeError", message: "first" }, { message: "second" }] });
  });

  test("reads a thrown value that is no error", async () => {
    const remote = decodeRemoteError(await rejection(invoke(fixture("errors.mjs"), "value", [{ reason: "none" }])));
    expect(fromValue(remote.thrown as Value)).toEqual({ reason: "none" });
    expect(remote).toMatchObject({ name: "", message: "", framework_code: "" });
  });

  test.each([
    ["missing", values, "METHOD_NOT_FOUND", 5],
    ["anything", "./not-there.mjs", "MODULE_NOT_FOUND", 5],
    ["anything", fixture("fails-to-load.mjs"), "MODULE_FAILED", 9],
    ["symbol", values, "NOT_SERIALIZABLE", 3],
  ])("learns from %s of %s that it is %s", async (method, module, frameworkCode, code) => {
    const error = (await rejection(invoke(module, method))) as ServiceError;
    expect(error.code).toBe(code);
    expect(decodeRemoteError(error)).toMatchObject({ framework_code: frameworkCode });
  });

  test("stores and reads data, which the isolator sees, too", async () => {
    await ask(client, "SetData", { name: "shared", value: toValue({ by: ["grpc"] }) }, metadata);
    const { value } = await ask(client, "GetData", { name: "shared" }, metadata);
    expect(fromValue(value as Value)).toEqual({ by: ["grpc"] });
    expect(await isolator().getData("shared")).toEqual({ by: ["grpc"] });
    expect(await ask(client, "GetData", { name: "never stored" }, metadata)).toEqual({ value: null });
  });

  test("asks for the status", async () => {
    const { status } = await ask(client, "Status", {}, metadata);
    expect(status).toMatchObject({
      state: "HOST_STATE_READY",
      pid: isolator().pid,
      isolate: "contract",
      generation: 1,
      calls_in_flight: 0,
      runtime_version: process.version,
    });
    expect((status as { package_version: string }).package_version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test("watches the status at its interval", async () => {
    const watch = (client as unknown as Record<string, (...args: unknown[]) => ClientReadableStream<object>>).Watch;
    const stream = watch?.call(client, { interval: { nanos: 30_000_000 } }, metadata) as ClientReadableStream<object>;
    stream.on("error", () => {});
    const seen: object[] = [];
    for await (const message of stream) {
      seen.push(message);
      if (seen.length === 3) break;
    }
    expect(seen).toHaveLength(3);
    expect(seen[2]).toMatchObject({ status: { state: "HOST_STATE_READY", isolate: "contract" } });
  });
});

test("a Shutdown request of a foreign client ends the isolator for good, and is no crash", async () => {
  const isolator = await useIsolator({ name: "foreign-shutdown", discoverable: true });
  const { address, token } = await liveRecordOf("foreign-shutdown");
  const client = useClient(PROTO, SERVICE, address);
  const running = isolator.invoke(fixture("waits.mjs"), "later", [1_500]);
  await isolator.invoke(values, "add", [1, 2]);
  const exited = nextEvent(isolator, "exited");

  const response = await ask(client, "Shutdown", { reason: "by hand", grace: { seconds: 5 } }, bearerOf(token));

  expect(response).toEqual({ in_flight: 1 });
  expect((await isolationError(isolator.invoke(values, "add", [1, 2]))).code).toBe("STOPPED");
  expect(await running).toBe("in the end");
  expect(await exited).toMatchObject({ willRestart: false, outcome: { kind: "exited", code: 0, reason: "requested" } });
  expect(await isolator.waitForExit()).toMatchObject({ code: 0, reason: "requested", forced: false });
  expect(isolator).toMatchObject({ state: "stopped", generation: 1 });
});

test("a watcher sees that the process drains, and the end", async () => {
  const isolator = await useIsolator({ name: "watched", discoverable: true });
  const { address, token } = await liveRecordOf("watched");
  const client = useClient(PROTO, SERVICE, address);
  const watch = (client as unknown as Record<string, (...args: unknown[]) => ClientReadableStream<object>>).Watch;
  const stream = watch?.call(client, { interval: { seconds: 60 } }, bearerOf(token)) as ClientReadableStream<object>;
  const states: unknown[] = [];
  stream.on("error", () => {});
  stream.on("data", ({ status }: { status: { state: string } }) => {
    states.push(status.state);
    if (states.length === 1) void isolator.shutdown();
  });
  await new Promise((resolve) => stream.once("end", resolve));
  expect(states).toEqual(["HOST_STATE_READY", "HOST_STATE_DRAINING"]);
});

/** The google.rpc.Status in the trailers, decoded with the .proto files alone. */
function decodeRemoteError(error: unknown): Record<string, unknown> {
  const [bytes] = (error as ServiceError).metadata.get("grpc-status-details-bin");
  const rpcStatus = readContract("google/rpc/status.proto")["google.rpc.Status"] as Decoder;
  const remoteError = readContract("pihost/v1/errors.proto")["pihost.v1.RemoteError"] as Decoder;
  const { code, details } = rpcStatus.deserialize(bytes as Buffer) as {
    code: number;
    details: { type_url: string; value: Buffer }[];
  };
  expect(code).toBe((error as ServiceError).code);
  expect(details).toHaveLength(1);
  expect(details[0]?.type_url).toBe("type.googleapis.com/pihost.v1.RemoteError");
  return remoteError.deserialize(details[0]?.value as Buffer) as Record<string, unknown>;
}

interface Decoder {
  deserialize(bytes: Buffer): object;
}

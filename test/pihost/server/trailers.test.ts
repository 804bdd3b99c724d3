import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { decodeStatusDetails, encodeInvokeRequest, type RemoteError } from "../../../src/contract/index.js";
import type { LiveRecord } from "../../../src/isolator/live-record.js";
import { liveRecordOf } from "../../helpers/contract-client.js";
import { type HeaderList, headerBytes, lastHeadersOf, useHttp2, useOtherHeaders } from "../../helpers/raw-request.js";
import { rejection } from "../../helpers/rejection.js";
import { useSharedIsolator } from "../../helpers/use-isolator.js";

const INVOKE = "/pihost.v1.HostService/Invoke";
const MODULE = join(import.meta.dirname, "fixtures/throws-much.mjs");

useSharedIsolator({ name: "trailers", discoverable: true });
let record: LiveRecord;
beforeAll(async () => {
  record = await liveRecordOf("trailers");
});

async function fail(method: string, args: unknown[]): Promise<{ headers: HeaderList; error: RemoteError }> {
  const message = encodeInvokeRequest(MODULE, method, args);
  const headers = await lastHeadersOf(useHttp2(record.address), INVOKE, record.token, message);
  const details = new Map(headers).get("grpc-status-details-bin") ?? "";
  return { headers, error: decodeStatusDetails(Buffer.from(details, "base64")) as RemoteError };
}

const LENGTHS = [100, 1_000, 3_000, 5_900, 7_000, 10_000, 20_000, 60_000];
const TEXTS = ["x", "é", "文", "\u{1F600}", "%", "\u0001", "\ud83d", 'a"\\'];

test.each(TEXTS.flatMap((text) => LENGTHS.map((length) => [text, length] as const)))(
  "an error of %j with %i characters of stack, and as many of message, fits into the trailers that every client takes",
  async (text, length) => {
    for (const messageLength of [20, length]) {
      const { headers, error } = await fail("fail", [text, messageLength, length]);
      expect(headerBytes(headers)).toBeLessThan(8_192);
      expect(error).toMatchObject({ name: "TypeError", code: "E_MUCH", frameworkCode: "" });
      expect(error.message.length).toBeGreaterThan(Math.min(messageLength, 400) / 2);
      expect(error.stack).not.toBe("");
    }
  },
);

test("an error that fits is not cut, and one that does not fills the trailers", async () => {
  const whole = await fail("fail", ["x", 500, 4_000]);
  expect(whole.error.message).toHaveLength(500);
  expect(whole.error.stack.length).toBeGreaterThan(3_900);
  const cut = await fail("fail", ["x", 500, 60_000]);
  expect(cut.error.message).toHaveLength(500);
  expect(headerBytes(cut.headers)).toBeGreaterThan(6_000);
});

test.each([10, 1_000, 50_000])("an error with causes and members, of %i characters each, fits too", async (length) => {
  const { headers, error } = await fail("failDeeply", [length]);
  expect(headerBytes(headers)).toBeLessThan(8_192);
  expect(error.name).toBe("AggregateError");
  expect(error.message).not.toBe("");
});

test.each([10, 2_000, 50_000])("so does a text of %i characters that was thrown", async (length) => {
  const { headers, error } = await fail("throwText", [length]);
  expect(headerBytes(headers)).toBeLessThan(8_192);
  expect(error.thrown === undefined ? error.frameworkCode : String(error.thrown)).toMatch(/文|NOT_SERIALIZABLE/);
});

test.each(["localhost", "unix:%2Ftmp%2Fs.sock", "127.0.0.1:80", "[::1]:443", "any.host:1"])(
  "a request for the authority %j is answered",
  async (authority) => {
    const message = encodeInvokeRequest("node:path", "basename", ["a/b"]);
    const path = await useOtherHeaders(record.address, [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", INVOKE],
      [":authority", authority],
      ["content-type", "application/grpc"],
      ["te", "trailers"],
      ["authorization", `Bearer ${record.token}`],
    ]);
    const headers = await lastHeadersOf(useHttp2(path), INVOKE, record.token, message);
    expect(new Map(headers).get("grpc-status")).toBe("0");
  },
);

test("a path as authority is refused by HTTP/2 itself", async () => {
  const path = await useOtherHeaders(record.address, [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", INVOKE],
    [":authority", record.address],
    ["authorization", `Bearer ${record.token}`],
  ]);
  const refused = lastHeadersOf(useHttp2(path), INVOKE, record.token, new Uint8Array());
  expect(await rejection(refused)).toMatchObject({ message: expect.stringContaining("NGHTTP2_PROTOCOL_ERROR") });
});

const tokens = (...values: readonly string[]): HeaderList => values.map((value) => ["authorization", value] as const);

test.each([
  ["the right one twice", (right: string) => tokens(right, right)],
  ["the right one first", (right: string) => tokens(right, "Bearer 0")],
  ["the right one last", (right: string) => tokens("Bearer 0", right)],
])("a request with two tokens, %s, is refused", async (_, tokensOf) => {
  const message = encodeInvokeRequest("node:path", "basename", ["a/b"]);
  const path = await useOtherHeaders(record.address, [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", INVOKE],
    [":authority", "localhost"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ...tokensOf(`Bearer ${record.token}`),
  ]);
  const headers = await lastHeadersOf(useHttp2(path), INVOKE, record.token, message);
  expect(new Map(headers).get("grpc-status")).toBe("16");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bearer,
  decodeStatusDetails,
  encodeStatusDetails,
  fromDuration,
  RemoteErrorCodec,
  toDuration,
} from "../../src/contract/index.js";
import { readContract } from "../helpers/contract-client.js";

interface Decoder {
  deserialize(bytes: Buffer): object;
}

describe("milliseconds as google.protobuf.Duration", () => {
  test.each([
    [0, 0, 0],
    [1, 0, 1_000_000],
    [999.5, 0, 999_500_000],
    [1_000, 1, 0],
    [61_001, 61, 1_000_000],
  ])("%d ms", (ms, seconds, nanos) => {
    expect(toDuration(ms)).toEqual({ seconds, nanos });
    expect(fromDuration({ seconds, nanos }, -1)).toBe(ms);
  });

  test("come back, and are what protobuf allows: less than a second of nanoseconds", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2 ** 31, noNaN: true }), (ms) => {
        const duration = toDuration(ms);
        expect(duration.nanos).toBeGreaterThanOrEqual(0);
        expect(duration.nanos).toBeLessThan(1e9);
        expect(Number.isInteger(duration.seconds) && Number.isInteger(duration.nanos)).toBe(true);
        expect(fromDuration(duration, -1)).toBeCloseTo(ms, 5);
      }),
    );
  });

  test("have a fallback where there is none", () => {
    expect(fromDuration(undefined, 5_000)).toBe(5_000);
  });
});

describe("a RemoteError inside a google.rpc.Status", () => {
  const error = RemoteErrorCodec.fromPartial({ name: "TypeError", message: "no", code: "E_NO" });

  test("comes back", () => {
    expect(decodeStatusDetails(encodeStatusDetails(2, "no", error))).toEqual(error);
  });

  test("is what any other decoder reads", () => {
    const status = readContract("google/rpc/status.proto")["google.rpc.Status"] as unknown as Decoder;
    expect(status.deserialize(encodeStatusDetails(2, "no", error))).toMatchObject({
      code: 2,
      message: "no",
      details: [{ type_url: "type.googleapis.com/pihost.v1.RemoteError" }],
    });
  });

  test("is absent from a status without details, or with those of somebody else", () => {
    expect(decodeStatusDetails(new Uint8Array())).toBeUndefined();
    const foreign = encodeStatusDetails(2, "no", error).toString("latin1").replace("pihost.v1", "others.v1");
    expect(decodeStatusDetails(Buffer.from(foreign, "latin1"))).toBeUndefined();
  });
});

test("a token travels as a bearer", () => {
  expect(bearer("abc")).toBe("Bearer abc");
});

import { describe, expect, test } from "vitest";
import { decodeStatusMessage, encodeStatusMessage, Metadata, parseTimeout } from "../../src/grpc/index.js";

describe("metadata of a request", () => {
  test("are its headers without those of the protocol", () => {
    const metadata = Metadata.received({
      ":path": "/a/b",
      "content-type": "application/grpc",
      te: "trailers",
      "grpc-timeout": "1S",
      "grpc-encoding": "gzip",
      "user-agent": "test",
      "x-a": "1",
    });
    expect([...metadata]).toEqual([
      ["user-agent", "test"],
      ["x-a", "1"],
    ]);
  });

  test("have bytes with and without padding, one by one and joined by commas", () => {
    const metadata = Metadata.received({}, ["a-bin", "AP8=,AP8, AQ", "a-bin", "", "b", "1", "b", "2, 3"]);
    expect(metadata.getAll("A-Bin")).toEqual([[0, 255], [0, 255], [1], []].map((bytes) => Buffer.from(bytes)));
    expect(metadata.getAll("b")).toEqual(["1", "2, 3"]);
  });

  test("that are no base64 are refused", () => {
    expect(() => Metadata.received({ "a-bin": "!" })).toThrow(expect.objectContaining({ code: 13 }));
  });
});

describe("metadata of an answer", () => {
  test.each([
    ["a b", "x"],
    ["", "x"],
    [":status", "200"],
    ["grpc-status", "0"],
    ["content-type", "x"],
    ["name", "é"],
    ["name", "a\nb"],
    ["name-bin", "text"],
    ["name", Buffer.from("x")],
  ])("cannot be %j: %j", (name, value) => {
    expect(() => new Metadata().set(name, value)).toThrow(TypeError);
  });

  test("become headers", () => {
    const metadata = new Metadata();
    metadata.set("One", "1");
    metadata.add("two", "a");
    metadata.add("two", "b");
    metadata.set("bytes-bin", new Uint8Array([0, 255]));
    expect(metadata.toHeaders()).toEqual({ one: "1", two: ["a", "b"], "bytes-bin": "AP8=" });
  });
});

test.each([
  "",
  "plain",
  "50%",
  "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n",
  " both ends ",
  "%zz%",
  "\ud800",
])("the status message %j is printable ASCII on the wire, and comes back", (message) => {
  const encoded = encodeStatusMessage(message);
  expect(encoded).toMatch(/^([!-~]([ -~]*[!-~])?)?$/);
  expect(decodeStatusMessage(encoded)).toBe(Buffer.from(message).toString());
});

test("what is no percent-encoding is kept as it is", () => {
  expect(decodeStatusMessage("100% %4 %zz %41")).toBe("100% %4 %zz A");
});

test.each([
  ["1H", 3_600_000],
  ["2M", 120_000],
  ["3S", 3_000],
  ["4m", 4],
  ["5000u", 5],
  ["99999999n", 99.999999],
])("the timeout %s has %d milliseconds", (text, ms) => expect(parseTimeout(text)).toBeCloseTo(ms, 9));

test.each(["", "1", "S", "-1S", "1.5S", "123456789S", "1s ", "1 S"])("%j is no timeout", (text) => {
  expect(() => parseTimeout(text)).toThrow(expect.objectContaining({ code: 13 }));
});

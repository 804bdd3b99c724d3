import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { handshakeLine, parseHandshakeFromHost, parseHandshakeFromProcess } from "../../src/contract/index.js";

describe("a handshake message", () => {
  test("travels as one line of JSON, from the process", () => {
    const line = handshakeLine({ $case: "stopping", value: { reason: "two\nlines" } });
    expect(line).toBe('{"stopping":{"reason":"two\\nlines"}}\n');
    expect(parseHandshakeFromProcess(line)).toEqual({ $case: "stopping", value: { reason: "two\nlines" } });
  });

  test("travels as one line of JSON, from the host", () => {
    const value = {
      protocol: 1,
      token: "t",
      address: "a",
      isolate: "i",
      generation: 2,
      from: "f",
      debug: true,
      inspect: false,
      deniedPermissions: ["fs.write"],
      integrity: [{ module: "./m.js", sha256: "0".repeat(64) }],
      strayDescriptors: [{ number: 20, file: "8:17" }],
      listeningDescriptor: 5,
      lifecycle: ["./m.js"],
      lifecycleOfAll: true,
      sharedMemory: "s",
      sessionOnDescriptor: true,
      features: ["session"],
      hostVersion: "0.2.0",
      maxPayload: 2 ** 40,
    };
    const line = handshakeLine({ $case: "go", value });
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(parseHandshakeFromHost(line)).toEqual({ $case: "go", value });
  });

  test("may have fields that this version does not know", () => {
    const line = '{"hello":{"protocol":1,"pid":7,"colour":"blue"},"later":true}';
    expect(parseHandshakeFromProcess(line)).toMatchObject({
      $case: "hello",
      value: { protocol: 1, pid: 7, runtime: "" },
    });
  });

  test.each(["", "garbage", "null", "[]", "7", '"hello"', "{}", '{"later":{}}', '{"hello":null}', '{"hello":'])(
    "is not what %j is",
    (line) => {
      expect(parseHandshakeFromProcess(line)).toBeUndefined();
      expect(parseHandshakeFromHost(line)).toBeUndefined();
    },
  );

  test("is parsed or ignored, whatever comes: parsing never throws", () => {
    const message = fc.record(
      { hello: fc.jsonValue(), go: fc.jsonValue(), ready: fc.jsonValue(), stopping: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          message.map((value) => JSON.stringify(value)),
        ),
        (line) => {
          parseHandshakeFromProcess(line);
          parseHandshakeFromHost(line);
        },
      ),
    );
  });
});

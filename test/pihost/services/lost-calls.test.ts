import { expect, test } from "vitest";
import { toServiceStatus } from "../../../pihost/services/to-grpc-error.js";
import { IsolationError } from "../../../src/errors/index.js";
import { GrpcStatus } from "../../../src/grpc/index.js";

test.each([
  ["CRASHED", GrpcStatus.UNAVAILABLE],
  ["UNRESPONSIVE", GrpcStatus.UNAVAILABLE],
  ["STOPPED", GrpcStatus.UNAVAILABLE],
  ["DEADLINE_EXCEEDED", GrpcStatus.DEADLINE_EXCEEDED],
  ["CANCELLED", GrpcStatus.CANCELLED],
  ["NOT_GRANTED", GrpcStatus.PERMISSION_DENIED],
  ["QUEUE_FULL", GrpcStatus.RESOURCE_EXHAUSTED],
  ["PROTOCOL", GrpcStatus.UNKNOWN],
] as const)("a handler whose own call to another isolate ended with %s ends with status %i", (code, expected) => {
  const status = toServiceStatus(new IsolationError(code, "store is gone"));
  expect(status.code).toBe(expected);
  expect(status.message).toBe(`${code}: store is gone`);
});

import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { toDuration } from "./duration.js";
import { Duration } from "./gen/google/protobuf/duration.js";
import { ListValue, Value } from "./gen/google/protobuf/struct.js";
import { HostStatus } from "./gen/pihost/v1/status.js";
import { readJsonValue } from "./read-json-value.js";

/** The messages of the unary RPCs, without gRPC: what is generated for services loads all of it. */

export function encodeInvokeRequest(module: string, method: string, args: unknown[]): Uint8Array {
  const writer = new BinaryWriter().uint32(10).string(module).uint32(18).string(method);
  ListValue.encode(ListValue.wrap(args), writer.uint32(26).fork()).join();
  return writer.finish();
}

/** @throws RangeError when it is no message, or holds more than `maxNodes` values */
export function decodeInvokeResponse(bytes: Uint8Array, maxNodes: number): unknown {
  const value = fieldOf(bytes, 1);
  return value === undefined ? undefined : readJsonValue(value, maxNodes);
}

/** As `decodeInvokeResponse`. */
export const decodeGetDataResponse = decodeInvokeResponse;

export function encodeShutdownRequest(reason: string, graceMs: number): Uint8Array {
  const writer = new BinaryWriter().uint32(10).string(reason);
  Duration.encode(toDuration(graceMs), writer.uint32(18).fork()).join();
  return writer.finish();
}

/** The number of running calls. */
export function decodeShutdownResponse(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes);
  let inFlight = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === 0) inFlight = reader.uint32();
    else reader.skip(wireType, field);
  }
  return inFlight;
}

export function encodeSetDataRequest(name: string, value: unknown): Uint8Array {
  const writer = new BinaryWriter().uint32(10).string(name);
  Value.encode(Value.wrap(value), writer.uint32(18).fork()).join();
  return writer.finish();
}

export function encodeGetDataRequest(name: string): Uint8Array {
  return new BinaryWriter().uint32(10).string(name).finish();
}

export function decodeStatusResponse(bytes: Uint8Array): HostStatus {
  return HostStatus.decode(fieldOf(bytes, 1) ?? new Uint8Array());
}

/** The bytes of a message in a message; of a field that is there twice, the last. */
function fieldOf(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const reader = new BinaryReader(bytes);
  let found: Uint8Array | undefined;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === number && wireType === 2) found = reader.bytes();
    else reader.skip(wireType, field);
  }
  return found;
}

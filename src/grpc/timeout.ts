import { GrpcError } from "./grpc-error.js";
import { GrpcStatus } from "./status.js";

const FORM = /^([0-9]{1,8})([HMSmun])$/;
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/**
 * The milliseconds of a `grpc-timeout`.
 *
 * @throws GrpcError INTERNAL for a text that is none
 */
export function parseTimeout(text: string): number {
  const match = FORM.exec(text);
  const unit = MS_PER_UNIT[match?.[2] ?? ""];
  if (match === null || unit === undefined) {
    const form = "up to 8 digits and one of H, M, S, m, u, n";
    throw new GrpcError(GrpcStatus.INTERNAL, `grpc-timeout is ${form}; got ${JSON.stringify(text.slice(0, 40))}`);
  }
  return Number(match[1]) * unit;
}

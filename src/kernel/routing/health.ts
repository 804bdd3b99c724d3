import { type GrpcCall, GrpcError, type GrpcMethod, GrpcStatus } from "../../grpc/index.js";
import { bytesField, fieldsOf, varintField } from "./reflection/wire.js";
import { HEALTH_SERVICE } from "./route-table.js";

const SERVING = 1;
const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

/** What health tells: the kernel as "", each service, each isolate. */
export interface HealthBoard {
  /** Whether it serves; undefined for what there is not. */
  isServing(name: string): boolean | undefined;
  names(): readonly string[];
  onChange(listener: () => void): () => void;
}

/** `grpc.health.v1.Health`. */
export function healthMethods(board: HealthBoard): GrpcMethod[] {
  const method = (name: string, responseStream: boolean, handle: GrpcMethod["handle"]): GrpcMethod => ({
    path: `/${HEALTH_SERVICE}/${name}`,
    requestStream: false,
    responseStream,
    decode: serviceOf,
    encode: (message) => message as Buffer,
    handle,
  });
  return [
    method("Check", false, (service) => check(board, service as string)),
    method("List", false, () => list(board)),
    method("Watch", true, (service, call) => watch(board, service as string, call)),
  ];
}

function check(board: HealthBoard, service: string): Buffer {
  const isServing = board.isServing(service);
  if (isServing !== undefined) return varintField(1, isServing ? SERVING : NOT_SERVING);
  const what = JSON.stringify(service.slice(0, 200));
  throw new GrpcError(GrpcStatus.NOT_FOUND, `the kernel has no service and no isolate ${what}`);
}

function list(board: HealthBoard): Buffer {
  const entries = board.names().map((name) => {
    const status = varintField(1, board.isServing(name) === true ? SERVING : NOT_SERVING);
    return bytesField(1, Buffer.concat([bytesField(1, name), bytesField(2, status)]));
  });
  return Buffer.concat(entries);
}

async function* watch(board: HealthBoard, service: string, { signal }: GrpcCall): AsyncGenerator<Buffer, void> {
  let wake = (): void => {};
  const stop = board.onChange(() => wake());
  const aborted = (): void => wake();
  signal.addEventListener("abort", aborted);
  let told: number | undefined;
  try {
    while (!signal.aborted) {
      const isServing = board.isServing(service);
      const status = isServing === undefined ? SERVICE_UNKNOWN : isServing ? SERVING : NOT_SERVING;
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (status === told) await changed;
      else {
        told = status;
        yield varintField(1, status);
      }
    }
  } finally {
    stop();
    signal.removeEventListener("abort", aborted);
  }
}

function serviceOf(request: Buffer): string {
  let service = "";
  for (const { number, bytes } of fieldsOf(request)) if (number === 1) service = bytes.toString();
  return service;
}

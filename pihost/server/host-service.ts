import type { handleUnaryCall, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { toJsonValue } from "../../src/codec/index.js";
import {
  fromDuration,
  type InvokeRequest,
  type InvokeResponse,
  type WatchRequest,
  type WatchResponse,
} from "../../src/contract/index.js";
import type { HostServiceServer } from "../../src/contract/service.js";
import { timerDelay } from "../../src/platform/longest-timer.js";
import { quiet } from "../../src/session/index.js";
import type { Pihost } from "../pihost.js";
import { readStatus } from "../read-status.js";
import { createGrpcLane } from "./grpc-lane.js";
import { toServiceError } from "./service-error.js";
import { UnaryCall } from "./unary-call.js";

const DEFAULT_GRACE_MS = 5_000;
const DEFAULT_WATCH_MS = 1_000;
const SHORTEST_WATCH_MS = 10;

/** The handlers of `pihost.v1.HostService`. */
export function hostService(pihost: Pihost): HostServiceServer {
  return {
    invoke: invoke(pihost),
    session: (call) => pihost.openSession(createGrpcLane(call), { withSharedMemory: false }),
    status: answer(async () => ({ status: await readStatus(pihost) })),
    watch: (call) => void quiet(watch(pihost, call)),
    shutdown: answer(async ({ reason, grace }) => {
      const { inFlight } = pihost.ledger;
      pihost.shutdown(reason, fromDuration(grace, DEFAULT_GRACE_MS));
      return { inFlight };
    }),
    setData: answer(async ({ name, value }) => {
      await pihost.data.set(name, value);
      return {};
    }),
    getData: answer(async ({ name }) => {
      const value = pihost.data.get(name);
      return { value: value === undefined ? undefined : toJsonValue(value, "value") };
    }),
  };
}

function invoke(pihost: Pihost): handleUnaryCall<InvokeRequest, InvokeResponse> {
  return answer(async ({ module, method, args }, call) => {
    const unaryCall = new UnaryCall(call);
    const forget = pihost.onDraining(() => unaryCall.drain());
    try {
      const result = await pihost.run(pihost.resolve(module, method), args ?? [], unaryCall);
      return { result: toJsonValue(result, "result") };
    } finally {
      forget();
    }
  });
}

/** A handler from an asynchronous function; what it throws becomes a status with details. */
function answer<Request, Response>(
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handle(call.request, call).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toServiceError(error)),
    );
  };
}

/** Answers now, at every interval, and when the process begins to drain; ends with the process or the client. */
async function watch(pihost: Pihost, call: ServerWritableStream<WatchRequest, WatchResponse>): Promise<void> {
  const intervalMs = timerDelay(Math.max(SHORTEST_WATCH_MS, fromDuration(call.request.interval, DEFAULT_WATCH_MS)));
  const send = async (): Promise<void> => {
    const status = await readStatus(pihost);
    if (!call.cancelled && !call.destroyed) call.write({ status });
  };
  const timer = setInterval(() => void quiet(send()), intervalMs);
  timer.unref();
  const forget = pihost.onDraining(() => void quiet(send().finally(() => call.end())));
  call.once("close", () => {
    clearInterval(timer);
    forget();
  });
  call.once("cancelled", () => call.destroy());
  await send();
}

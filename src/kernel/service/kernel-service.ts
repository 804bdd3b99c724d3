import { fromJsonValue, toJsonValue } from "../../codec/index.js";
import { fromDuration } from "../../contract/index.js";
import * as messages from "../../contract/kernel.js";
import { GrpcError, GrpcStatus } from "../../grpc/index.js";
import type { LocalService } from "../routing/index.js";
import { readLogs } from "./follow-logs.js";
import { graphMessage } from "./graph-message.js";
import { checkName } from "./isolate-names.js";
import { type KernelMethod, streaming, unary } from "./method.js";
import type { KernelOperations } from "./operations.js";
import { summaryMessage } from "./summary-message.js";
import { toTimestamp } from "./time-message.js";
import { tokenMethods } from "./token-methods.js";
import { watchEvents } from "./watch-events.js";

/** How long a process may take to say how it is. */
const STATUS_MS = 1_000;

const OPERATOR_STOPPED = "stopped by an operator";
const OPERATOR_SHUT_DOWN = "shut down by an operator";

/** The kernel's service, at the front door and within the process. */
export interface KernelServiceMethods extends LocalService {
  readonly methods: readonly KernelMethod[];
}

/** `pihost.v1.KernelService` of a kernel. */
export function kernelService(kernel: KernelOperations): KernelServiceMethods {
  return {
    name: "pihost.v1.KernelService",
    files: messages.kernelDescriptors(),
    methods: [
      ...listMethods(kernel),
      ...changeMethods(kernel),
      invokeMethod(kernel),
      unary("Shutdown", messages.KernelServiceShutdownRequest, messages.KernelServiceShutdownResponse, (request) => {
        const grace = request.grace === undefined ? undefined : fromDuration(request.grace, 0);
        kernel.shutdown(request.reason || OPERATOR_SHUT_DOWN, grace);
        return {};
      }),
      ...tokenMethods(kernel.tokens),
    ],
  };
}

function listMethods(kernel: KernelOperations): KernelMethod[] {
  return [
    unary("List", messages.KernelServiceListRequest, messages.KernelServiceListResponse, ({ withStatus }) =>
      list(kernel, withStatus),
    ),
    unary("Graph", messages.KernelServiceGraphRequest, messages.KernelServiceGraphResponse, () =>
      graphMessage(kernel.manifest),
    ),
    streaming("Watch", messages.KernelServiceWatchRequest, messages.KernelServiceWatchResponse, (request, call) =>
      watchEvents(kernel, request, call),
    ),
    streaming("Logs", messages.KernelServiceLogsRequest, messages.KernelServiceLogsResponse, (request, call) =>
      readLogs(kernel, request, call),
    ),
  ];
}

/** Each answers with the isolate as it is then. */
function changeMethods(kernel: KernelOperations): KernelMethod[] {
  const change = async (name: string, make: () => Promise<unknown>): Promise<{ isolate: messages.IsolateSummary }> => {
    checkName(kernel, name);
    await make();
    const summary = kernel.list().find((one) => one.name === name);
    if (summary === undefined) throw new GrpcError(GrpcStatus.INTERNAL, `${name} is not listed`);
    return { isolate: summaryMessage(summary, undefined) };
  };
  return [
    unary("Start", messages.KernelServiceStartRequest, messages.KernelServiceStartResponse, ({ isolate }) =>
      change(isolate, () => kernel.start(isolate)),
    ),
    unary("Stop", messages.KernelServiceStopRequest, messages.KernelServiceStopResponse, ({ isolate, reason }) =>
      change(isolate, () => kernel.stop(isolate, reason || OPERATOR_STOPPED)),
    ),
    unary("Restart", messages.KernelServiceRestartRequest, messages.KernelServiceRestartResponse, ({ isolate }) =>
      change(isolate, () => kernel.restart(isolate)),
    ),
    unary("Replace", messages.KernelServiceReplaceRequest, messages.KernelServiceReplaceResponse, (request) =>
      change(request.isolate, () => {
        if (request.module === "") throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, "module must name the new module");
        return kernel.replace(request.isolate, request.module);
      }),
    ),
  ];
}

function invokeMethod(kernel: KernelOperations): KernelMethod {
  return unary(
    "Invoke",
    messages.KernelServiceInvokeRequest,
    messages.KernelServiceInvokeResponse,
    async ({ isolate, method, args, idempotent }, { signal, deadline }) => {
      checkName(kernel, isolate);
      const timeoutMs = deadline === undefined ? undefined : Math.max(1, deadline - Date.now());
      const given = fromJsonValue(args ?? []) as unknown[];
      const result = await kernel.invoke(isolate, method, given, { signal, timeoutMs, idempotent });
      return { result: toJsonValue(result, "result") };
    },
  );
}

async function list(kernel: KernelOperations, withStatus: boolean): Promise<messages.KernelServiceListResponse> {
  const { manifest, startedAt } = kernel;
  const isolates = await Promise.all(
    kernel.list().map(async (summary) => {
      const can = await inTime(kernel.capabilities(summary.name));
      if (!withStatus) return summaryMessage(summary, can);
      const status = await inTime(kernel.status(summary.name));
      return summaryMessage(summary, can, status, kernel.calls(summary.name));
    }),
  );
  const { name, file = "" } = manifest;
  return { kernel: name, pid: process.pid, file, startedAt: toTimestamp(startedAt), isolates };
}

/** What a process says, if it does so in time. */
async function inTime<T>(asked: Promise<T> | undefined): Promise<T | undefined> {
  if (asked === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, STATUS_MS, undefined);
  });
  try {
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

import { context, SpanKind, type TracerProvider, trace } from "@opentelemetry/api";
import { ownOptions } from "../../errors/index.js";
import { type CallScope, type ServedCall, setServe } from "../../inside/bridge.js";
import { rpcAttributes } from "./attributes.js";
import { recordFailure } from "./observed-call.js";
import { having } from "./options.js";
import { SCOPE, VERSION } from "./scope.js";

/** Options of `serveSpans`. */
export interface ServeSpansOptions {
  /** Where spans go. Default: the global one, whenever it is set. */
  tracerProvider?: TracerProvider;
}

/**
 * For code inside an isolated process: from now on, every call of a module that runs there has a span of its own, of the kind
 * SERVER, from its arrival to its end, or to that of the stream that it returns. It is a child of the caller's span, and
 * what the module makes are children of it.
 *
 * Elsewhere it does nothing, so that one file can set OpenTelemetry up for the host and its isolates.
 *
 * @returns what ends that
 * @throws IsolationError INVALID_OPTION
 */
export function serveSpans(options: ServeSpansOptions = {}): () => void {
  const given = ownOptions("options of serveSpans", options, ["tracerProvider"]);
  const provider = having<TracerProvider>("tracerProvider", given.tracerProvider, "getTracer") ?? trace;
  const tracer = provider.getTracer(SCOPE, VERSION);
  const serve = ({ isolate, module, method, attempt }: ServedCall): CallScope => {
    const attributes = {
      ...rpcAttributes(isolate, method),
      "process_isolation.isolate": isolate,
      "process_isolation.module": module,
      ...(attempt > 1 ? { "process_isolation.attempt": attempt } : {}),
    };
    const span = tracer.startSpan(`${isolate}/${method}`, { kind: SpanKind.SERVER, attributes });
    const inside = trace.setSpan(context.active(), span);
    let isOver = false;
    return {
      within: (run) => context.with(inside, run),
      end: (failure) => {
        if (isOver) return;
        isOver = true;
        if (failure !== undefined) recordFailure(span, failure.error);
        span.end();
      },
    };
  };
  setServe(serve);
  return () => setServe(undefined);
}

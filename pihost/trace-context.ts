import type { TraceContext } from "../src/telemetry/index.js";

/**
 * What code in this process may have set up of OpenTelemetry, as its package `@opentelemetry/api` 1.x keeps it for all its
 * copies. The pihost itself knows no more of it than this, and does nothing where it is not there.
 */
interface OpenTelemetry {
  readonly context: {
    active(): unknown;
    with<T>(context: unknown, run: () => T): T;
  };
  readonly propagation: {
    inject(context: unknown, carrier: Record<string, string>, setter: Setter): void;
    extract(context: unknown, carrier: TraceContext, getter: Getter): unknown;
    fields(): readonly string[];
  };
}

interface Setter {
  set(carrier: Record<string, string>, name: string, value: string): void;
}

interface Getter {
  get(carrier: TraceContext, name: string): string | undefined;
  keys(carrier: TraceContext): string[];
}

const GLOBAL = Symbol.for("opentelemetry.js.api.1");

const setter: Setter = {
  set: (carrier, name, value) => {
    carrier[name] = String(value);
  },
};
const getter: Getter = {
  get: (carrier, name) => (Object.hasOwn(carrier, name) ? carrier[name] : undefined),
  keys: (carrier) => Object.keys(carrier),
};

/** Runs something inside a call. */
export type Within = <T>(run: () => T) => T;

/** Undefined as long as nothing in this process has set both of it up. */
function openTelemetry(): OpenTelemetry | undefined {
  const found = (globalThis as { [GLOBAL]?: Partial<OpenTelemetry> })[GLOBAL];
  return found?.context === undefined || found.propagation === undefined ? undefined : (found as OpenTelemetry);
}

/** How a call runs inside the trace of its caller; undefined where it has none, or nobody here would notice. */
export function withinTrace(call: { readonly trace: TraceContext }): Within | undefined {
  const telemetry = openTelemetry();
  if (telemetry === undefined) return undefined;
  const { trace } = call;
  if (Object.keys(trace).length === 0) return undefined;
  const { context, propagation } = telemetry;
  try {
    const extracted = propagation.extract(context.active(), trace, getter);
    return (run) => context.with(extracted, run);
  } catch {
    // What a call comes to does not depend on who watches it.
    return undefined;
  }
}

/**
 * What a call that is made now carries on: the trace that the running code is in, where OpenTelemetry says that; else that of
 * the call that it is made in.
 */
export function traceToCarry(outer: TraceContext | undefined): TraceContext | undefined {
  const telemetry = openTelemetry();
  if (telemetry === undefined) return outer;
  const { context, propagation } = telemetry;
  try {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier, setter);
    const own = new Set(propagation.fields());
    const others = Object.entries(outer ?? {}).filter(([name]) => !own.has(name));
    const isTraced = Object.keys(carrier).length > 0;
    // Code that runs outside of every context, as a timer that was set long ago: its call is known all the same.
    return isTraced ? { ...Object.fromEntries(others), ...carrier } : outer;
  } catch {
    return outer;
  }
}

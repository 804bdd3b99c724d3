import {
  type Attributes,
  type Context,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { CallFacts, TraceContext } from "../../telemetry/index.js";
import { callAttributes } from "./attributes.js";

/** The span of a call, where it has one, and what crosses with it. */
export interface TracedCall {
  readonly span: Span | undefined;
  readonly carried: TraceContext | undefined;
}

/** Nothing is to be done for the call. */
export const UNTRACED: TracedCall = Object.freeze({ span: undefined, carried: undefined });

/** How to find out what crosses: the API gives no access to the propagator that it was given. */
export type Propagation = Pick<TextMapPropagator, "inject" | "extract">;

/** Begins the spans of calls. */
export class CallTracer {
  readonly #tracer: Tracer | undefined;
  readonly #propagation: Propagation;
  readonly #roots: number;
  readonly #known = new WeakMap<CallFacts, { readonly name: string; readonly attributes: Attributes }>();

  /** @param tracer undefined for none: contexts cross all the same */
  constructor(tracer: Tracer | undefined, propagation: Propagation, roots: number) {
    this.#tracer = tracer;
    this.#propagation = propagation;
    this.#roots = roots;
  }

  begin(facts: CallFacts, given: TraceContext | undefined): TracedCall {
    const parent = this.#parentOf(facts, given);
    if (trace.getSpanContext(parent) === undefined && !this.#beginsTrace()) {
      // There may be baggage nevertheless.
      return parent === ROOT_CONTEXT ? UNTRACED : { span: undefined, carried: this.#carried(parent, given) };
    }
    if (this.#tracer === undefined) return { span: undefined, carried: this.#carried(parent, given) };
    const { name, attributes } = this.#describe(facts);
    const span = this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
    return { span, carried: this.#carried(trace.setSpan(parent, span), given) };
  }

  /** A call of another isolate is a child of what runs there; one of the host, of what runs here, unless it says otherwise. */
  #parentOf({ caller }: CallFacts, given: TraceContext | undefined): Context {
    const around = caller === undefined ? context.active() : ROOT_CONTEXT;
    return given === undefined ? around : this.#propagation.extract(around, given, defaultTextMapGetter);
  }

  #beginsTrace(): boolean {
    if (this.#tracer === undefined) return false;
    return this.#roots === 1 || (this.#roots > 0 && Math.random() < this.#roots);
  }

  #carried(active: Context, given: TraceContext | undefined): TraceContext | undefined {
    const carrier: Record<string, string> = { ...given };
    this.#propagation.inject(active, carrier, defaultTextMapSetter);
    for (const _ in carrier) return carrier;
    return undefined;
  }

  #describe(facts: CallFacts): { readonly name: string; readonly attributes: Attributes } {
    let known = this.#known.get(facts);
    if (known === undefined) {
      known = { name: `${facts.isolate}/${facts.method}`, attributes: callAttributes(facts) };
      this.#known.set(facts, known);
    }
    return known;
  }
}

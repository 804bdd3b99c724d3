import { type Context, context, ROOT_CONTEXT, type Span, type Tracer, trace } from "@opentelemetry/api";
import type { DeathFacts, IsolateIdentity, StartFacts, StartOutcome } from "../../telemetry/index.js";
import { identityAttributes } from "./attributes.js";
import { recordFailure } from "./observed-call.js";

/** The spans of starts, and of the time that an isolate is without a process after a death. */
export class StartSpans {
  readonly #tracer: Tracer;
  /** Those that are without one, by `keyOf`. */
  readonly #restarting = new Map<string, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** @returns to be told how it went */
  start(facts: StartFacts): (outcome: StartOutcome) => void {
    const { generation, reason } = facts;
    const attributes = {
      ...identityAttributes(facts),
      "process_isolation.generation": generation,
      "process_isolation.start.reason": reason,
    };
    const span = this.#tracer.startSpan("process_isolation.start", { attributes }, this.#around(facts));
    return (outcome) => {
      if (outcome.failed) recordFailure(span, outcome.error);
      else span.setAttribute("process_isolation.pid", outcome.pid);
      span.end();
      if (reason === "restart" && !outcome.failed) this.#over(facts);
    };
  }

  died(facts: DeathFacts): void {
    if (!facts.willRestart || facts.reason === "requested") return;
    this.#over(facts);
    const { generation, pid, reason, exitCode, signal, uptimeMs } = facts;
    const span = this.#tracer.startSpan(
      "process_isolation.restart",
      {
        attributes: {
          ...identityAttributes(facts),
          "process_isolation.generation": generation,
          "process_isolation.pid": pid,
          "process_isolation.exit.reason": reason,
          "process_isolation.uptime": uptimeMs / 1_000,
          ...(exitCode === undefined ? {} : { "process_isolation.exit.code": exitCode }),
          ...(signal === undefined ? {} : { "process_isolation.exit.signal": signal }),
        },
      },
      ROOT_CONTEXT,
    );
    span.addEvent("process_isolation.death", { "process_isolation.exit.description": facts.description });
    this.#restarting.set(keyOf(facts), span);
  }

  /** The isolate is down for good. */
  gone(isolate: IsolateIdentity): void {
    const span = this.#restarting.get(keyOf(isolate));
    if (span !== undefined) recordFailure(span, new Error(`${isolate.isolate} is down`));
    this.#over(isolate);
  }

  /** The first start belongs to whoever asked for the isolate. */
  #around(facts: StartFacts): Context {
    if (facts.reason === "first" || facts.reason === "scale") return context.active();
    const restart = this.#restarting.get(keyOf(facts));
    return facts.reason === "restart" && restart !== undefined ? trace.setSpan(ROOT_CONTEXT, restart) : ROOT_CONTEXT;
  }

  #over(isolate: IsolateIdentity): void {
    this.#restarting.get(keyOf(isolate))?.end();
    this.#restarting.delete(keyOf(isolate));
  }
}

function keyOf({ kernel = "", isolate }: IsolateIdentity): string {
  return `${kernel}/${isolate}`;
}

import { type Context, context, ROOT_CONTEXT, type Span, type Tracer, trace } from "@opentelemetry/api";
import type { DeathFacts, IsolateIdentity, StartFacts, StartOutcome } from "../../telemetry/index.js";
import { identityAttributes } from "./attributes.js";
import { recordFailure } from "./observed-call.js";
import { RestartSpans } from "./restart-spans.js";

/** The spans of starts, and of the time that a process is missing after a death. */
export class StartSpans {
  readonly #tracer: Tracer;
  readonly #restarts = new RestartSpans();

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
    // One that is started for another reason while places are free shows that nobody is to take them: all has begun anew.
    const left = reason === "first" || reason === "scale" ? this.#restarts.untaken(facts) : [];
    const restart = reason === "restart" ? this.#restarts.take(facts) : undefined;
    const span = this.#tracer.startSpan("process_isolation.start", { attributes }, parentOf(facts, restart?.span));
    return (outcome) => {
      if (outcome.failed) recordFailure(span, outcome.error);
      else span.setAttribute("process_isolation.pid", outcome.pid);
      span.end();
      if (!outcome.failed) for (const one of left) this.#restarts.end(facts, one);
      if (restart === undefined) return;
      if (outcome.failed) restart.isTaken = false;
      else this.#restarts.end(facts, restart);
    };
  }

  died(facts: DeathFacts): void {
    if (!facts.willRestart || facts.reason === "requested") return;
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
    this.#restarts.add(facts, span);
  }

  /** The isolate is down for good. */
  gone(isolate: IsolateIdentity): void {
    this.#restarts.fail(isolate);
  }
}

/** The first start belongs to whoever asked for the isolate. */
function parentOf({ reason }: StartFacts, restart: Span | undefined): Context {
  if (reason === "first" || reason === "scale") return context.active();
  return restart === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, restart);
}

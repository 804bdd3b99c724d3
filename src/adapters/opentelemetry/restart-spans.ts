import type { Span } from "@opentelemetry/api";
import type { IsolateIdentity } from "../../telemetry/index.js";
import { recordFailure } from "./observed-call.js";

/** The time after a death, until something takes the place of what died. */
export interface Restart {
  readonly span: Span;
  /** Whether a start is under way that is to end it. */
  isTaken: boolean;
}

/** The spans of deaths that nobody has taken the place of: of a pool there may be several at once, each ends with one start. */
export class RestartSpans {
  /** By isolate, the oldest first. */
  readonly #restarts = new Map<string, Set<Restart>>();

  add(isolate: IsolateIdentity, span: Span): void {
    const key = keyOf(isolate);
    const restarts = this.#restarts.get(key) ?? new Set();
    this.#restarts.set(key, restarts.add({ span, isTaken: false }));
  }

  /** A process is started in the place of one that died. @returns that death's, which is this start's until `end` or `isTaken` is unset */
  take(isolate: IsolateIdentity): Restart | undefined {
    for (const restart of this.#restarts.get(keyOf(isolate)) ?? []) {
      if (restart.isTaken) continue;
      restart.isTaken = true;
      return restart;
    }
    return undefined;
  }

  /** Those that no start is under way for. */
  untaken(isolate: IsolateIdentity): readonly Restart[] {
    return [...(this.#restarts.get(keyOf(isolate)) ?? [])].filter(({ isTaken }) => !isTaken);
  }

  /** A start has succeeded that takes its place. */
  end(isolate: IsolateIdentity, restart: Restart): void {
    if (this.#restarts.get(keyOf(isolate))?.delete(restart) === true) restart.span.end();
  }

  /** The isolate is down for good, whatever is still under way. */
  fail(isolate: IsolateIdentity): void {
    for (const { span } of this.#restarts.get(keyOf(isolate)) ?? []) {
      recordFailure(span, new Error(`${isolate.isolate} is down`));
      span.end();
    }
    this.#restarts.delete(keyOf(isolate));
  }
}

function keyOf({ kernel = "", isolate }: IsolateIdentity): string {
  return `${kernel}/${isolate}`;
}

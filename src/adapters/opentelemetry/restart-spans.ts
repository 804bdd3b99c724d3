import type { Span } from "@opentelemetry/api";
import type { IsolateIdentity } from "../../telemetry/index.js";
import { recordFailure } from "./observed-call.js";

/** The spans of deaths that nobody has taken the place of: of a pool there may be several at once, each ends with one start. */
export class RestartSpans {
  /** By isolate, the oldest first. */
  readonly #spans = new Map<string, Span[]>();

  add(isolate: IsolateIdentity, span: Span): void {
    this.#of(isolate).push(span);
  }

  /** A process is started in the place of one that died. @returns the span of that death, which is this start's from now on */
  take(isolate: IsolateIdentity): Span | undefined {
    return this.#of(isolate).shift();
  }

  /** It could not be started: another will be. */
  giveBack(isolate: IsolateIdentity, span: Span): void {
    this.#of(isolate).unshift(span);
  }

  /** The isolate is down for good. */
  fail(isolate: IsolateIdentity): void {
    for (const span of this.#of(isolate)) {
      recordFailure(span, new Error(`${isolate.isolate} is down`));
      span.end();
    }
    this.#spans.delete(keyOf(isolate));
  }

  #of(isolate: IsolateIdentity): Span[] {
    const key = keyOf(isolate);
    const known = this.#spans.get(key) ?? [];
    this.#spans.set(key, known);
    return known;
  }
}

function keyOf({ kernel = "", isolate }: IsolateIdentity): string {
  return `${kernel}/${isolate}`;
}

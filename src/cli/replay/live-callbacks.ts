import { HOST_MODULE } from "../../contract/index.js";
import { NOT_CALLED } from "./ending.js";
import type { About } from "./findings.js";
import { lentAs } from "./live-values.js";
import type { CallOfIsolate, LineOf } from "./recorded-events.js";
import type { HostListener } from "./recorded-host.js";
import type { ReplayParts } from "./replay-parts.js";
import { within } from "./settled.js";

/** The calls that the isolate makes of the host: compares them, and misses those that do not come. */
export class LiveCallbacks implements HostListener {
  readonly #parts: ReplayParts;
  readonly #isWhole: boolean;
  readonly #lastLine: number;
  #tell: () => void = () => {};

  /**
   * @param isWhole whether the record is run from its first call on: else nobody knows which of them come
   * @param lastLine of the record
   */
  constructor(parts: ReplayParts, isWhole: boolean, lastLine: number) {
    this.#parts = parts;
    this.#isWhole = isWhole;
    this.#lastLine = lastLine;
  }

  called(recorded: CallOfIsolate, args: readonly unknown[]): void {
    const expected = this.#argsOf(recorded);
    if (expected !== undefined)
      this.#parts.live.compare(this.#about(recorded), recorded.call.line, expected, args, ["args"]);
    this.#tell();
  }

  unknown(target: string, args: readonly unknown[]): void {
    if (!this.#isWhole) return;
    const about = { number: this.#parts.findings.call, name: `a callback (${target})` };
    this.#parts.findings.differ(about, this.#lastLine, { path: "args", expected: NOT_CALLED, received: args });
  }

  /** A process has ended: who waits for its calls looks whether any can still come. */
  exited(): void {
    this.#tell();
  }

  /**
   * Resolves when all have come, or one is missing.
   *
   * @param missing those that have not come yet
   * @param canCome whether any still can
   */
  async allCome(missing: () => Iterable<CallOfIsolate>, canCome: () => boolean): Promise<void> {
    if (!this.#isWhole) return;
    const until = performance.now() + this.#parts.timeoutMs;
    for (;;) {
      const [next] = [...missing()].filter(({ call }) => !isOfFramework(call));
      if (next === undefined) return;
      const left = until - performance.now();
      if (left <= 0 || !canCome()) {
        const difference = { path: "args", expected: this.#argsOf(next), received: NOT_CALLED };
        this.#parts.findings.differ(this.#about(next), next.call.line, difference);
        return;
      }
      await within(this.#news(), left);
    }
  }

  /** Resolves when the isolate has called the host, or a process has ended. */
  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  #argsOf({ call }: CallOfIsolate): unknown {
    return this.#parts.values.decodeIn(call, call.args, lentAs(call))?.value;
  }

  #about({ call: { to } }: CallOfIsolate): About {
    const name = "module" in to ? `${to.method} of ${to.module}, which the isolate calls` : "a callback";
    return { number: this.#parts.findings.call, name };
  }
}

function isOfFramework({ to }: LineOf<"call">): boolean {
  return "module" in to && to.module === HOST_MODULE;
}

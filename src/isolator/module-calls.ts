import type { Remote } from "../inside/index.js";
import { type CallTarget, currentCallSite, PromisedAnswer } from "../session/index.js";
import { Call, type CallOwner } from "./call.js";
import type { CallTargets } from "./call-targets.js";
import { moduleName } from "./module-name.js";
import { type CallOptions, invalidOption, type ResolvedCallOptions, resolveCallOptions } from "./options/index.js";
import { createRemote } from "./remote.js";

/** Who takes calls. */
export interface CallTaker extends CallOwner {
  readonly targets: CallTargets;
  /** Takes a call over: it will settle. */
  submit(call: Call): void;
}

/** Calls one export. The arguments are the call's own from then on. */
export type BoundCall = (args: unknown[], calledFrom: (...args: never[]) => unknown) => Promise<unknown>;

/** Makes calls of the exports of modules, and proxies that make them. */
export class ModuleCalls {
  readonly #taker: CallTaker;
  readonly #timeoutMs: number | undefined;
  readonly #defaults: ResolvedCallOptions;

  /** @param timeoutMs of calls that have no time of their own, in milliseconds; absent for none */
  constructor(taker: CallTaker, timeoutMs: number | undefined) {
    this.#taker = taker;
    this.#timeoutMs = timeoutMs;
    this.#defaults = resolveCallOptions(undefined, timeoutMs);
  }

  /** @param calledFrom whose caller is the place of the call */
  invoke(
    module: string | URL,
    method: string,
    args: readonly unknown[],
    options: CallOptions | undefined,
    calledFrom: (...args: never[]) => unknown,
  ): Promise<unknown> {
    try {
      if (!Array.isArray(args)) throw invalidOption("args", "an array", args);
      const target = this.#taker.targets.of(module, method);
      return this.#call(target, args.slice(), this.#resolve(options), calledFrom);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  load<T>(module: string | URL, options?: CallOptions): Remote<T> {
    const name = moduleName(module);
    const bind = this.binder(options);
    return createRemote<T>(name, (path) => {
      const run = bind(name, path);
      const call = (...args: unknown[]): Promise<unknown> => run(args, call);
      return call;
    });
  }

  /** How exports are called with these options, again and again. */
  binder(options?: CallOptions): (module: string, path: string) => BoundCall {
    const resolved = this.#resolve(options);
    return (module, path) => {
      let target: CallTarget | undefined;
      return (args, calledFrom) => {
        try {
          target ??= this.#taker.targets.of(module, path);
        } catch (error) {
          return Promise.reject(error);
        }
        return this.#call(target, args, resolved, calledFrom);
      };
    };
  }

  #resolve(options: CallOptions | undefined): ResolvedCallOptions {
    return options === undefined ? this.#defaults : resolveCallOptions(options, this.#timeoutMs);
  }

  #call(
    target: CallTarget,
    args: readonly unknown[],
    options: ResolvedCallOptions,
    calledFrom: (...args: never[]) => unknown,
  ): Promise<unknown> {
    const answer = new PromisedAnswer();
    this.#taker.submit(new Call(target, args, options, this.#taker, currentCallSite(calledFrom), answer));
    return answer.promise;
  }
}

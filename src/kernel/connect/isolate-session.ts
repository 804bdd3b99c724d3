import { IsolationError } from "../../errors/index.js";
import type { Call, CallPlace, CallTargets } from "../../isolator/index.js";
import { keepAlive } from "../../isolator/index.js";
import {
  type CallExtras,
  type CallHandler,
  type CallSink,
  type CallTarget,
  type ProcessSession,
  Session,
} from "../../session/index.js";
import type { IsolateLane } from "./isolate-lane.js";

/** What a process may call of a program that has connected: what it was lent, and nothing by name. */
const NOTHING_SERVED: CallHandler = {
  resolve: (module) => {
    throw new IsolationError("METHOD_NOT_FOUND", `${module} cannot be called from an isolate`);
  },
  run: (callee, args) => (typeof callee === "function" ? callee(...args) : callee.then((own) => own(...args))),
};

export interface IsolateSessionListener {
  /** The process ends, and has refused a call unseen. */
  onRefused(session: IsolateSession, call: Call, error: IsolationError): void;
  /** The lane is gone. */
  onLost(session: IsolateSession, error: IsolationError | undefined): void;
  onDrain(): void;
}

/** The Session with one process of an isolate, as a place where calls run. */
export class IsolateSession implements CallPlace {
  readonly session: ProcessSession;
  readonly #own: Session;
  readonly #listener: IsolateSessionListener;
  readonly #lane: IsolateLane;

  constructor(lane: IsolateLane, targets: CallTargets, listener: IsolateSessionListener) {
    this.#lane = lane;
    this.#listener = listener;
    this.#own = new Session(lane.lane, {
      handler: NOTHING_SERVED,
      takes: lane.takes,
      hold: (wait) => keepAlive.during(wait),
      onLost: (error) => listener.onLost(this, error),
      onDrain: () => listener.onDrain(),
    });
    const own = this.#own;
    const { module } = lane;
    this.session = {
      get writable() {
        return own.writable;
      },
      get isAwaited() {
        return own.isAwaited;
      },
      get unsent() {
        return own.unsent;
      },
      call: (target, args, sink, extras) => this.#call(inModule(targets, module, target), args, sink as Call, extras),
      cancel: (id, reason) => own.cancel(id, reason),
      ping: () => own.ping(),
      streamsRead: () => own.streamsRead(),
      streamRead: () => own.streamRead(),
      get openStreams() {
        return own.openStreams;
      },
      close: (error) => own.close(error),
    };
  }

  /** Why it was lost, as the kernel tells it. */
  story(): unknown {
    return this.#lane.story();
  }

  #call(target: CallTarget, args: readonly unknown[], call: Call, extras: CallExtras | undefined): number {
    const sink: CallSink = {
      callSite: call.callSite,
      resolve: (value) => call.resolve(value),
      reject: (error) => {
        if (isRefusal(error)) this.#listener.onRefused(this, call, error);
        else call.reject(error);
      },
      ended: () => call.ended(),
    };
    return this.#own.call(target, args, sink, extras);
  }
}

/** The same export of the module that the process runs. */
function inModule(targets: CallTargets, module: string, target: CallTarget): CallTarget {
  return target.kind === "module" ? targets.of(module, target.method) : target;
}

/**
 * What a process answers to calls that come when it is about to end. It has not begun with them. What names an isolate was
 * told to the process's code by whoever calls others for it, and the code has thrown it on: that has begun.
 */
function isRefusal(error: unknown): error is IsolationError {
  return IsolationError.is(error, "STOPPED") && error.facts.attempts === 0 && error.facts.isolate === undefined;
}

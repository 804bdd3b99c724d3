import type { AsyncLocalStorage } from "node:async_hooks";

/**
 * What the isolated process lends to `process-isolation/pihost`. The two are separate files, loaded separately, possibly
 * in different versions: they meet on `globalThis`, under a symbol that both know.
 */
export interface PihostBridge {
  /** Set when a module first imports `process-isolation/pihost`: before, no call pays for the bookkeeping. */
  storage: AsyncLocalStorage<CurrentCall> | undefined;
  /** The isolate's data. */
  data: IsolateDataBridge | undefined;
  /** What the host lets the isolate use. */
  use: ((target: string, options: UseOptions) => object) | undefined;
  /** Set by code that is to hear of every call of a module that runs here. */
  serve?: ServeCall | undefined;
  /** The registry of error classes that the process decodes with. */
  readonly registerErrorClass: (Class: abstract new (...args: never[]) => Error, options?: object) => () => void;
}

/** A call begins; undefined when nothing is to be done for it. Nothing of this may throw. */
export type ServeCall = (call: ServedCall) => CallScope | undefined;

/** What is called, and by which call. */
export interface ServedCall {
  /** This isolate's name. */
  readonly isolate: string;
  /** As the caller names it. */
  readonly module: string;
  readonly method: string;
  readonly attempt: number;
}

/** The running of one call. */
export interface CallScope {
  /** Runs a part of it: its function, or one step of the stream that it has returned. */
  within<T>(run: () => T): T;
  /** It is over, and so is the stream that it has returned. */
  end(failure?: { readonly error: unknown }): void;
}

/** How what an isolate uses is called. */
export interface UseOptions {
  /** Milliseconds until a call rejects with DEADLINE_EXCEEDED. Default: what is left to the call that it is made in, if that has an end. */
  timeoutMs?: number;
  /** Whether a call may run again when what it calls dies while it runs. Default false. */
  idempotent?: boolean;
  /**
   * Cancels calls: they reject with CANCELLED at once, and the callee is told. Default: calls are cancelled with the one that they
   * are made in, those that are made after its cancel excepted. A signal of their own takes the place of that.
   */
  signal?: AbortSignal;
  /** Trace context for the callee. Default: that of the call that it is made in. */
  trace?: Readonly<Record<string, string>>;
}

/** The isolate's data, as the process has it. */
export interface IsolateDataBridge {
  get(name: string): unknown;
  set(name: string, value: unknown): Promise<void>;
}

/** What a call knows about itself. */
export interface CurrentCall {
  /** The caller's number for it, unique among the calls that run. */
  readonly id: number;
  /** 1 the first time the call is handed to a process, one more each time it is replayed after a crash. */
  readonly attempt: number;
  /** When the caller gives up, in milliseconds since the epoch; `undefined` when it never does. */
  readonly deadline: number | undefined;
  /** The caller's trace context, as given by its option `trace`. */
  readonly trace: Readonly<Record<string, string>>;
  /**
   * Aborted when nobody waits for the call any more: it was cancelled, timed out, or its caller is gone. Also when the
   * process is asked to end: then the answer is still waited for, within the grace. The reason is an IsolationError,
   * CANCELLED or STOPPED.
   */
  readonly signal: AbortSignal;
}

const BRIDGE = Symbol.for("process-isolation.pihost.bridge");

/** Where `serve` is until there is a bridge: what `node --import` names runs before the pihost does. */
const EARLY = Symbol.for("process-isolation.pihost.serve");

/** Hears of every call of a module that runs in this process. Nothing runs outside of an isolated one. */
export function setServe(serve: ServeCall | undefined): void {
  const bridge = findBridge();
  if (bridge !== undefined) bridge.serve = serve;
  else (globalThis as { [EARLY]?: ServeCall | undefined })[EARLY] = serve;
}

/** What was set before there was a bridge. */
export function earlyServe(): ServeCall | undefined {
  return (globalThis as { [EARLY]?: ServeCall })[EARLY];
}

/** Puts the bridge where `findBridge` looks, and returns it. For the pihost. */
export function offerBridge(bridge: PihostBridge, realm: object = globalThis): PihostBridge {
  Object.defineProperty(realm, BRIDGE, { value: bridge });
  return bridge;
}

/** The bridge; `undefined` outside of an isolated process. */
export function findBridge(realm: object = globalThis): PihostBridge | undefined {
  return (realm as { [BRIDGE]?: PihostBridge })[BRIDGE];
}

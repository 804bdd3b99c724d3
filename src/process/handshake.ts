import { IsolationError, type IsolationFacts } from "../errors/index.js";
import { delay } from "../intrinsics/index.js";
import { toExitOutcome } from "./exit-outcome.js";
import type { Greeting } from "./greeting.js";
import { HandshakeTalk, type HandshakeTalkOptions } from "./handshake-talk.js";
import type { HostProcess } from "./host-process.js";

/** How long the end of a process takes to be reported after its sockets have closed, in milliseconds, at the most. */
const END_REPORT_MS = 200;

export interface HandshakeOptions<Connection> extends HandshakeTalkOptions {
  /** Milliseconds from now until `START_TIMEOUT`. */
  readonly timeoutMs: number;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
  /** What it may be that keeps the process from its hello; undefined where nothing is to be said. */
  readonly doubt?: string | undefined;
  /** Connects to the process once it is ready, within the same race. */
  readonly connect: (greeting: Greeting) => Promise<Connection>;
}

/**
 * Hello, go, ready, connect. Resolves with the connection.
 *
 * Races ready against the death of the process, a breach of the conversation, the timeout and the caller's signal. What it leaves running on failure
 * is the caller's to kill.
 */
export async function shakeHands<Connection>(
  child: HostProcess,
  options: HandshakeOptions<Connection>,
): Promise<Connection> {
  const scope = new AbortController();
  const talk = new HandshakeTalk(child.lifeline, options);
  let isConnecting = false;
  const step = (): string => (isConnecting ? "take the connection" : talk.step);
  try {
    return await Promise.race([
      talk.ready.then((greeting) => {
        isConnecting = true;
        return options.connect(greeting).catch((error: unknown) => preferExit(child, error));
      }),
      talk.broken,
      failOnExit(child, step, options.facts),
      failAfter(options.timeoutMs, scope.signal, () => {
        const doubt = isConnecting || talk.isGreeted || options.doubt === undefined ? "" : `; ${options.doubt}`;
        const message = `the process did not ${step()} within startTimeoutMs (${options.timeoutMs} ms)${doubt}`;
        return new IsolationError("START_TIMEOUT", withTail(message, child), { facts: factsNow(child, options.facts) });
      }),
      failOnAbort(options.signal, scope.signal, options.facts),
    ]);
  } finally {
    scope.abort();
  }
}

/** A connection that broke because the process ended: its end, which is about to be reported, says more. */
async function preferExit(child: HostProcess, error: unknown): Promise<never> {
  const isEnding = await Promise.race([child.ended.then(() => true), delay(END_REPORT_MS, false)]);
  // Then `failOnExit` has the word.
  if (isEnding) await new Promise(() => {});
  throw error;
}

async function failOnExit(child: HostProcess, step: () => string, facts: IsolationFacts): Promise<never> {
  const exit = await child.exited;
  const outcome = toExitOutcome(exit, {
    reason: "start-failed",
    verdict: child.limitVerdict(exit),
    heapIsFull: child.heapIsFull(exit),
    forced: false,
    stderrTail: child.stderrTail(),
    uptimeMs: performance.now() - child.startedAt,
  });
  throw new IsolationError(
    "START_FAILED",
    withTail(`the process ${outcome.description} before it could ${step()}`, child),
    {
      facts: {
        ...factsNow(child, facts),
        reason: "start-failed",
        ...(outcome.kind === "exited" ? { exitCode: outcome.code } : { signal: outcome.signal }),
      },
    },
  );
}

function failAfter(ms: number, until: AbortSignal, error: () => Error): Promise<never> {
  return new Promise((_, reject) => {
    if (ms === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => reject(error()), ms);
    timer.unref();
    until.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}

function failOnAbort(signal: AbortSignal, until: AbortSignal, facts: IsolationFacts): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void =>
      reject(
        new IsolationError("CANCELLED", "the start was cancelled by the caller's signal", {
          cause: signal.reason,
          facts,
        }),
      );
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail, { once: true, signal: until });
  });
}

function factsNow(child: HostProcess, facts: IsolationFacts): IsolationFacts {
  return { ...facts, pid: child.pid, stderrTail: child.stderrTail(), uptimeMs: performance.now() - child.startedAt };
}

function withTail(message: string, child: HostProcess): string {
  const tail = child.stderrTail();
  return tail === "" ? message : `${message}; its last output on stderr was:\n${tail}`;
}

import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { HeapEvidence, heapBoundOf, type LimitScope, type LimitVerdict } from "../limits/index.js";
import {
  allocatorEnvironment,
  createMark,
  hostReaper,
  killTree,
  MARK_VARIABLE,
  markedProcesses,
  processStartTime,
  signalGroup,
  waitForExit,
} from "../platform/index.js";
import { decodeBubblewrapExit, pidOutside } from "../sandbox/index.js";
import { ChildOutput } from "./child-output.js";
import type { HostProcess, Lifeline, ProcessExit, ProcessSpec } from "./host-process.js";
import { LineSplitter } from "./line-splitter.js";
import { OutputBudget } from "./output-budget.js";
import { TailBuffer } from "./tail-buffer.js";

const STDERR_TAIL_BYTES = 8 * 1024;

/** When a held pipe keeps the output open, what holds it is looked for after this time. */
const SWEEP_AFTER_MS = 30;

/**
 * How long the sweep waits once all output was read, in milliseconds: it blocks the event loop for some of them, which the
 * calls that the next process takes over should not wait for.
 */
const HAND_OVER_MS = 5;

/** How long the operating system gets to report the end of killed processes. */
const KILL_REPORT_MS = 5_000;

/**
 * Starts a Node.js process that leads its own process group and that neither it nor its pipes keep the host alive.
 *
 * The group is registered with the host's reaper before this returns, so before the child hears "go".
 */
export async function startNodeProcess(spec: ProcessSpec): Promise<HostProcess> {
  const mark = createMark();
  const scope = spec.limits?.open();
  const { wrap, identity } = spec.confined;
  // Limits come first, and so around it: what is confined could not set them.
  const [execPath = "", ...args] = wrap([
    spec.execPath,
    ...(spec.limits?.execArgv ?? []),
    ...spec.execArgv,
    ...spec.argv,
  ]);
  const env = { ...allocatorEnvironment, ...spec.env, [MARK_VARIABLE]: mark };
  const launch = scope?.command({ execPath, args, env }) ?? { command: execPath, args, env };
  const child = spawn(launch.command, launch.args, {
    cwd: spec.cwd,
    env: launch.env,
    // On Windows the job object that libuv puts every child into ends it with the host, but only when not detached.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", ...(spec.inherits ?? [])],
    windowsHide: true,
    ...identity,
  });
  try {
    await spawned(child);
  } catch (error) {
    await scope?.close();
    throw error;
  }
  return new NodeProcess(child, spec, mark, scope);
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => {
      child.off("error", reject);
      // Later errors are failed signals to a process that is gone, which "exit" reports.
      child.on("error", () => {});
      resolve();
    });
    child.once("error", reject);
  });
}

class NodeProcess implements HostProcess {
  readonly pid: number;
  readonly startedAt = performance.now();
  readonly lifeline: Lifeline;
  readonly sessionSocket: Duplex;
  readonly ended: Promise<ProcessExit>;
  readonly exited: Promise<ProcessExit>;
  readonly gone: Promise<void>;
  readonly #mark: string;
  readonly #sandboxed: boolean;
  readonly #child: ChildProcess;
  readonly #limits: LimitScope | undefined;
  readonly #heap: HeapEvidence;
  readonly #startTime: string | undefined;
  readonly #stderrTail = new TailBuffer(STDERR_TAIL_BYTES);

  constructor(child: ChildProcess, spec: ProcessSpec, mark: string, limits: LimitScope | undefined) {
    this.#child = child;
    this.#limits = limits;
    this.#heap = new HeapEvidence(heapBoundOf([spec.env.NODE_OPTIONS ?? "", ...spec.execArgv]));
    limits?.onBreach(spec.onLimit);
    limits?.started(child.pid as number, () => this.innerPid);
    this.#heap.started(() => this.innerPid);
    const budget = createBudget(spec);
    this.#mark = mark;
    this.#sandboxed = spec.confined.sandboxed;
    this.pid = child.pid as number;
    this.#startTime = processStartTime(this.pid);
    hostReaper().add(this.pid);
    const [, stdout, stderr, lifeline, session] = child.stdio as unknown as [null, Readable, Readable, Duplex, Duplex];
    this.sessionSocket = session;
    // Until somebody listens: ECONNRESET of a process that was killed. "close" follows.
    session.on("error", () => {});
    this.lifeline = createLifeline(lifeline);
    const outputs = [
      new ChildOutput(stdout, {
        mode: spec.stdout,
        own: process.stdout,
        onLine: (line) => spec.onLine("stdout", line),
        budget,
      }),
      new ChildOutput(stderr, {
        mode: spec.stderr,
        own: process.stderr,
        onLine: (line) => spec.onLine("stderr", line),
        budget,
        onChunk: (chunk) => {
          this.#stderrTail.write(chunk);
          this.#heap.heard(chunk);
          limits?.heard(chunk);
        },
      }),
    ];
    this.ended = new Promise((resolve) =>
      child.once("exit", (code, signal) =>
        resolve(spec.confined.sandboxed ? decodeBubblewrapExit({ code, signal }) : { code, signal }),
      ),
    );
    this.exited = this.#readToEnd(outputs);
    this.gone = this.#sweep();
    for (const pipe of child.stdio) (pipe as { unref?: () => void } | null)?.unref?.();
    child.unref();
  }

  get innerPid(): number | undefined {
    return this.#sandboxed ? pidOutside(this.pid) : this.pid;
  }

  markReady(): void {
    this.#heap.ready();
    this.#limits?.ready();
  }

  limitVerdict(exit: ProcessExit): LimitVerdict | undefined {
    return this.#limits?.verdict(exit, this.stderrTail());
  }

  heapIsFull(exit: ProcessExit): boolean {
    return this.#heap.isFull(exit, this.stderrTail());
  }

  stderrTail(): string {
    return this.#stderrTail.toString();
  }

  signal(signal: NodeJS.Signals): boolean {
    if (!this.#sandboxed) return this.#child.kill(signal);
    // A signal to bwrap itself would kill all inside at once.
    const pid = this.innerPid;
    return pid !== undefined && signalProcess(pid, signal);
  }

  async killTree(signal: NodeJS.Signals): Promise<boolean> {
    const pids = await killTree(this.pid, signal, this.#startTime);
    if (signal === "SIGKILL") pids.push(...this.#killMarked());
    return (await waitForExit(pids, KILL_REPORT_MS)).length === 0;
  }

  /** What it wrote is read to its end; its group goes at once, because a member could hold the pipes for ever. */
  async #readToEnd(outputs: readonly ChildOutput[]): Promise<ProcessExit> {
    const exit = await this.ended;
    this.#heap.ended();
    signalGroup(this.pid, "SIGKILL");
    await Promise.all(outputs.map((output) => output.finish()));
    this.sessionSocket.destroy();
    return exit;
  }

  /** Takes what the process left behind. Looking through all processes takes milliseconds, so nobody waits for it here. */
  async #sweep(): Promise<void> {
    await this.ended;
    await Promise.race([this.exited, delay(SWEEP_AFTER_MS, undefined, { ref: false })]);
    await delay(HAND_OVER_MS, undefined, { ref: false });
    await this.killTree("SIGKILL").catch(() => false);
    await this.#limits?.close();
    hostReaper().remove(this.pid);
  }

  /** Descendants that left the group and whose parents are gone, known by the mark in their environment. */
  #killMarked(): number[] {
    return markedProcesses(this.#mark).filter((pid) => {
      try {
        return process.kill(pid, "SIGKILL");
      } catch {
        return false;
      }
    });
  }
}

function createBudget({ outputBytesPerSecond: bound, onLimit }: ProcessSpec): OutputBudget | undefined {
  if (bound === undefined) return undefined;
  return new OutputBudget(bound, (observed) => onLimit({ limit: "output", bound, observed, soft: true }));
}

function createLifeline(pipe: Duplex): Lifeline {
  let listener: (line: string) => void = () => {};
  const lines = new LineSplitter(({ line }) => listener(line));
  pipe.on("data", (chunk: Buffer) => lines.write(chunk));
  // EPIPE and ECONNRESET: the process is gone, which `ended` reports.
  pipe.on("error", () => {});
  return {
    send: (line) => void pipe.write(line),
    onLine: (next) => {
      listener = next;
    },
  };
}

function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { delay, nextTurn, withTrueTicks } from "../intrinsics/index.js";
import { HeapEvidence, heapBoundOf, type LimitScope, type LimitVerdict } from "../limits/index.js";
import {
  allocatorEnvironment,
  createMark,
  hostReaper,
  killTree,
  MARK_VARIABLE,
  processStartTime,
  signalGroup,
  waitForExit,
} from "../platform/index.js";
import { confinedByEnvironment, decodeBubblewrapExit, pidOutside } from "../sandbox/index.js";
import { asLaneSocket } from "../session/index.js";
import { ChildOutput, type OutputRoute } from "./child-output.js";
import type { HostProcess, Lifeline, ProcessExit, ProcessSpec } from "./host-process.js";
import { createLifeline } from "./lifeline.js";
import { OutputBudget } from "./output-budget.js";
import { TailBuffer } from "./tail-buffer.js";

const STDERR_TAIL_BYTES = 8 * 1024;

/** When a held pipe keeps the output open, what holds it is looked for after this time. */
const SWEEP_AFTER_MS = 30;

/**
 * How long the sweep waits once all output was read, in milliseconds: the calls that the next process takes over come
 * first.
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
  await ownTurn();
  const scope = spec.limits?.open();
  let child: ChildProcess | undefined;
  try {
    const mark = createMark();
    child = spawnChild(spec, mark, scope);
    await spawned(child);
    return new NodeProcess(child, spec, mark, scope);
  } catch (error) {
    // Also where `spawn` itself throws, as for arguments and an environment that are too long (E2BIG).
    child?.kill("SIGKILL");
    await scope?.close();
    throw error;
  }
}

function spawnChild(spec: ProcessSpec, mark: string, scope: LimitScope | undefined): ChildProcess {
  const { wrap, identity } = spec.confined;
  // Limits come first, and so around it: what is confined could not set them.
  const [execPath = "", ...args] = wrap([
    spec.execPath,
    ...(spec.limits?.execArgv ?? []),
    ...spec.execArgv,
    ...spec.argv,
  ]);
  const env = {
    ...allocatorEnvironment,
    ...spec.env,
    ...confinedByEnvironment(spec.confined.confiners ?? []),
    [MARK_VARIABLE]: mark,
  };
  const launch = scope?.command({ execPath, args, env }) ?? { command: execPath, args, env };
  const options: SpawnOptions = {
    cwd: spec.cwd,
    env: launch.env,
    // On Windows the job object that libuv puts every child into ends it with the host, but only when not detached.
    detached: process.platform !== "win32",
    stdio: [
      "ignore",
      // Of stderr the end is always wanted.
      ...[spec.stdout === "ignore" ? "ignore" : "pipe", "pipe", "pipe", "pipe"],
      ...(spec.inherits ?? []),
    ] as StdioOptions,
    windowsHide: true,
    ...identity,
  };
  return withTrueTicks(() => spawn(launch.command, launch.args, options));
}

let lastTurn: Promise<unknown> = Promise.resolve();

/** To start a process holds the event loop for milliseconds: one in a turn, however many are started at once. */
function ownTurn(): Promise<unknown> {
  const turn = lastTurn;
  lastTurn = turn.then(() => nextTurn());
  return turn;
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

/** Our ends of the descriptors from 0 on. */
type Pipes = [stdin: null, stdout: Readable | null, stderr: Readable, lifeline: Duplex, session: Duplex];

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
    this.#mark = mark;
    this.#sandboxed = spec.confined.sandboxed;
    this.pid = child.pid as number;
    this.#startTime = processStartTime(this.pid);
    hostReaper().add(this.pid);
    const [, stdout, stderr, lifeline, session] = child.stdio as unknown as Pipes;
    this.sessionSocket = asLaneSocket(session);
    // Until somebody listens: ECONNRESET of a process that was killed. "close" follows.
    this.sessionSocket.on("error", () => {});
    this.lifeline = createLifeline(lifeline);
    const outputs = this.#readOutputs(stdout, stderr, spec);
    this.ended = new Promise((resolve) =>
      child.once("exit", (code, signal) =>
        resolve(spec.confined.sandboxed ? decodeBubblewrapExit({ code, signal }) : { code, signal }),
      ),
    );
    this.exited = this.#readToEnd(outputs);
    this.gone = this.#sweep();
    for (const pipe of [...child.stdio, this.sessionSocket]) (pipe as { unref?: () => void } | null)?.unref?.();
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
    const pids = await killTree(this.pid, signal, this.#startTime, signal === "SIGKILL" ? this.#mark : undefined);
    return (await waitForExit(pids, KILL_REPORT_MS)).length === 0;
  }

  #readOutputs(stdout: Readable | null, stderr: Readable, spec: ProcessSpec): ChildOutput[] {
    const budget = createBudget(spec);
    const routeOf = (stream: "stdout" | "stderr"): OutputRoute => ({
      mode: spec[stream],
      own: process[stream],
      onLine: (line) => spec.onLine(stream, line),
      hasListener: () => spec.hasListener?.(stream) ?? true,
      budget,
    });
    const onChunk = (chunk: Buffer): void => {
      this.#stderrTail.write(chunk);
      this.#heap.heard(chunk);
      this.#limits?.heard(chunk);
    };
    const outputs = [new ChildOutput(stderr, { ...routeOf("stderr"), onChunk })];
    return stdout === null ? outputs : [new ChildOutput(stdout, routeOf("stdout")), ...outputs];
  }

  /** What it wrote is read to its end; its group goes at once, because a member could hold the pipes for ever. */
  async #readToEnd(outputs: readonly ChildOutput[]): Promise<ProcessExit> {
    const exit = await this.ended;
    this.#heap.ended();
    signalGroup(this.pid, "SIGKILL");
    await Promise.all(outputs.map((output) => output.finish()));
    withTrueTicks(() => this.sessionSocket.destroy());
    return exit;
  }

  /** Takes what the process left behind: its tree, and what left group and parents and carries its mark. */
  async #sweep(): Promise<void> {
    await this.ended;
    await Promise.race([this.exited, delay(SWEEP_AFTER_MS, undefined, { ref: false })]);
    await delay(HAND_OVER_MS, undefined, { ref: false });
    await this.killTree("SIGKILL").catch(() => false);
    await this.#limits?.close();
    hostReaper().remove(this.pid);
  }
}

function createBudget({ outputBytesPerSecond: bound, onLimit }: ProcessSpec): OutputBudget | undefined {
  if (bound === undefined) return undefined;
  return new OutputBudget(bound, (observed) => onLimit({ limit: "output", bound, observed, soft: true }));
}

function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

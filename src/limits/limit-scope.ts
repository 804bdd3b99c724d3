import { inSlices, killTree, processStartTime } from "../platform/index.js";
import { signalGroup } from "../platform/process-group.posix.js";
import { killMembers } from "./cgroup/remove-cgroups.js";
import type { Guard, GuardedProcess, LimitBreach, LimitedExit, LimitVerdict } from "./guard.js";
import { type Launch, type LaunchCommand, launchCommand, type Program } from "./launch-command.js";
import type { Machinery } from "./machinery.js";

/**
 * The limits of one process, from before its start until nothing of it is left.
 *
 * `command` gives what to start; then `started`, `ready` once it is up, and `close` when it has ended, or if it could
 * not be started.
 */
export interface LimitScope {
  /** The command to start instead of the program. The child is inside its limits before it becomes the program. */
  command(program: Program): LaunchCommand;
  /**
   * The process runs: watches begin. Call it as soon as it has a pid. None of its timers keeps the host alive.
   *
   * @param innerPid the process that runs the code, where that is another. Default: `pid`
   */
  started(pid: number, innerPid?: () => number | undefined): void;
  /**
   * The process has finished its start: the processor limit begins, which would have made that several times as long.
   *
   * @throws IsolationError `START_FAILED` where the kernel refuses it
   */
  ready(): void;
  /** The process wrote to stderr: what it says of itself is looked into while it is there. */
  heard(chunk: Buffer): void;
  /** Called for each limit that is reached. One listener, set once. */
  onBreach(listener: (breach: LimitBreach) => void): void;
  /**
   * The limit that ended the process, if one did: by the kernel's counters, by what a watch saw or did; never by the exit
   * or by what the process said alone. Ask it once the process has ended and its stderr was read, before or after `close`.
   */
  verdict(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined;
  /** Ends what is left in the groups of the process, and removes them. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** What a scope is made of. */
export interface ScopeParts {
  readonly machinery: Machinery;
  readonly launch: Launch;
  readonly guards: readonly Guard[];
}

export class GuardedScope implements LimitScope {
  readonly #parts: ScopeParts;
  #listener: (breach: LimitBreach) => void = () => {};
  #verdict: LimitVerdict | undefined;
  #hasEnded = false;
  #closed: Promise<void> | undefined;

  constructor(parts: ScopeParts) {
    this.#parts = parts;
  }

  command(program: Program): LaunchCommand {
    return launchCommand(this.#parts.machinery, this.#parts.launch, program);
  }

  started(pid: number, innerPid = (): number | undefined => pid): void {
    const startTime = processStartTime(pid);
    const process: GuardedProcess = {
      pid,
      innerPid,
      report: (breach) => this.#listener({ ...breach, soft: true }),
      end: (verdict) => {
        if (this.#verdict !== undefined || this.#hasEnded) return;
        this.#verdict = verdict;
        const killing = killMembers(this.#parts.launch.cgroups);
        // The first step is what stops a group from forking.
        if (killing.next().done !== true) void inSlices(killing);
        // The group at once, so that a fork bomb stands still while the rest of the tree is looked for. Not killed: what
        // left the group is found by its parent alone.
        signalGroup(pid, "SIGSTOP");
        void killTree(pid, "SIGKILL", startTime);
        const { reason: _, ...facts } = verdict;
        this.#listener({ ...facts, soft: false });
      },
    };
    for (const guard of this.#parts.guards) guard.started?.(process);
  }

  ready(): void {
    if (this.#hasEnded) return;
    for (const guard of this.#parts.guards) guard.ready?.();
  }

  heard(chunk: Buffer): void {
    for (const guard of this.#parts.guards) guard.heard?.(chunk);
  }

  onBreach(listener: (breach: LimitBreach) => void): void {
    this.#listener = listener;
  }

  verdict(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined {
    this.#end();
    for (const guard of this.#parts.guards) this.#verdict ??= guard.verdict?.(exit, stderrTail);
    return this.#verdict;
  }

  close(): Promise<void> {
    this.#end();
    this.#closed ??= Promise.allSettled(this.#parts.guards.map((guard) => guard.close?.())).then(() => {});
    return this.#closed;
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const guard of this.#parts.guards) guard.ended?.();
  }
}

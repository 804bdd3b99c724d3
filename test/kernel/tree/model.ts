import type { TreeGroup, TreeIsolate } from "../../../src/kernel/tree/index.js";

/** What happened in the model since the last event, as it happened. */
export interface Log {
  readonly stopped: string[];
  readonly started: string[];
  readonly lost: string[];
  readonly exhausted: string[];
  ended: boolean;
}

export function emptyLog(): Log {
  return { stopped: [], started: [], lost: [], exhausted: [], ended: false };
}

/**
 * The supervisor of Erlang/OTP as its source goes about it: objects that change, and tell their parent of their end. Another
 * style than that of the pure tree, so that one does not repeat the mistakes of the other.
 */
export class Supervisor {
  readonly name: string;
  readonly children: (Supervisor | Worker)[];
  readonly #spec: TreeGroup;
  readonly #parent: Supervisor | undefined;
  #times: number[] = [];

  constructor(spec: TreeGroup, parent?: Supervisor) {
    this.name = spec.name;
    this.#spec = spec;
    this.#parent = parent;
    this.children = spec.children.map((child) =>
      child.kind === "group" ? new Supervisor(child, this) : new Worker(child, this),
    );
  }

  get workers(): Worker[] {
    return this.children.flatMap((child) => (child instanceof Supervisor ? child.workers : [child]));
  }

  /** A child that has to be there is not: this supervisor sees to it, or ends. */
  childFailed(child: Supervisor | Worker, now: number, log: Log): void {
    this.#times.push(now);
    this.#times = this.#times.filter((time) => time > now - this.#spec.withinMs);
    if (this.#times.length <= this.#spec.maxRestarts) {
      this.restartWith(child, log);
      return;
    }
    log.exhausted.push(this.name);
    this.terminate(log);
    if (this.#parent === undefined) log.ended = true;
    else this.#parent.childFailed(this, now, log);
  }

  restartWith(child: Supervisor | Worker, log: Log): void {
    let first = this.children.indexOf(child);
    let last = first;
    if (this.#spec.strategy !== "one-for-one") last = this.children.length - 1;
    if (this.#spec.strategy === "one-for-all") first = 0;
    for (let index = last; index >= first; index--) this.children[index]?.terminate(log);
    for (let index = first; index <= last; index++) this.children[index]?.start(log);
  }

  terminate(log: Log): void {
    for (const child of this.children.toReversed()) child.terminate(log);
  }

  start(log: Log): void {
    this.#times = [];
    for (const child of this.children) {
      if (child instanceof Worker) child.times = [];
      child.start(log);
    }
  }

  /** Whether a worker fails too often to be worth another try. */
  givesUp(worker: Worker, now: number): boolean {
    worker.times.push(now);
    worker.times = worker.times.filter((time) => time > now - this.#spec.withinMs);
    return worker.times.length > this.#spec.maxRestarts;
  }
}

export class Worker {
  readonly spec: TreeIsolate;
  readonly #supervisor: Supervisor;
  /** Failures of one that is not essential. */
  times: number[] = [];
  /** `down`: waits for its siblings, or for its supervisor. */
  state: "up" | "down" | "never again" | "stopped by hand" = "up";

  constructor(spec: TreeIsolate, supervisor: Supervisor) {
    this.spec = spec;
    this.#supervisor = supervisor;
  }

  exit(normal: boolean, now: number, log: Log): void {
    if (this.state !== "up") return;
    const { restart, essential, name } = this.spec;
    this.state = "down";
    if (restart === "temporary" || (restart === "transient" && normal)) {
      log.lost.push(name);
      if (restart === "temporary") this.state = "never again";
    } else if (essential) {
      this.#supervisor.childFailed(this, now, log);
    } else if (this.#supervisor.givesUp(this, now)) {
      log.lost.push(name);
      this.state = "never again";
    } else {
      this.#supervisor.restartWith(this, log);
    }
  }

  terminate(log: Log): void {
    if (this.state !== "up") return;
    log.stopped.push(this.spec.name);
    this.state = "down";
    if (this.spec.restart !== "temporary") return;
    this.state = "never again";
    log.lost.push(this.spec.name);
  }

  start(log: Log): void {
    if (this.state !== "down") return;
    log.started.push(this.spec.name);
    this.state = "up";
  }

  stopByHand(): void {
    this.state = "stopped by hand";
  }

  startByHand(): void {
    this.state = "up";
    this.times = [];
  }
}

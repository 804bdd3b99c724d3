import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { HOST_MODULE } from "../../src/contract/index.js";
import { hostDirectory, isAlive } from "../../src/platform/index.js";
import { type Lifeline, pihostEntry, startNodeProcess } from "../../src/process/index.js";
import { UNCONFINED } from "../../src/sandbox/index.js";
import { BUDGET } from "../../src/session/index.js";
import {
  type Death,
  type Generation,
  type GenerationSpec,
  type Judge,
  type Judgement,
  type RecycleSteps,
  type RestartPolicy,
  Supervisor,
  type SupervisorListener,
} from "../../src/supervision/index.js";
import { until } from "../helpers/until.js";

let isolatorId = 500;

const RECYCLE: RecycleSteps = { drained: async () => {}, willRetry: true };
const AT_ONCE: RestartPolicy = {
  maxRestarts: 10_000,
  withinMs: 60_000,
  backoff: { initialMs: 0, maxMs: 0, factor: 1, jitter: 0 },
};

interface Surroundings {
  /** Called in the turn of the event loop in which a process says that it is ready. */
  readonly onReadyLine?: () => void;
  readonly restart?: RestartPolicy;
  /** Decides in the place of `restart`. */
  readonly judge?: Judge;
  /** What keeps a process from being started, as long as it throws. */
  readonly obstacle?: () => void;
  readonly standby?: number;
  readonly confinement?: GenerationSpec["confinement"];
  /** Called when a process is about to be the generation of its number. */
  readonly publish?: (generation: Generation) => void;
  /** Called when a generation takes over. */
  readonly onReady?: (live: Generation) => void;
  /** Called while a spare is being prepared. */
  readonly warmUp?: (spare: Generation) => Promise<void>;
}

function useSupervisor(surroundings: Surroundings = {}) {
  const { onReadyLine = () => {}, restart, judge, obstacle = () => {}, standby = 0 } = surroundings;
  const { confinement = UNCONFINED } = surroundings;
  const { publish = () => {}, onReady = () => {}, warmUp = async () => {} } = surroundings;
  const ready: Generation[] = [];
  const heard: string[] = [];
  const pids: number[] = [];
  isolatorId += 1;
  const spec: GenerationSpec = {
    isolate: "supervised",
    isolatorId,
    process: {
      execPath: process.execPath,
      execArgv: [],
      argv: [pihostEntry()],
      cwd: process.cwd(),
      env: {},
      stdout: "ignore",
      stderr: "ignore",
      limits: undefined,
      outputBytesPerSecond: undefined,
    },
    runtime: "node",
    pihostFolder: dirname(pihostEntry()),
    runtimeFolder: "",
    needs: [],
    confinement,
    from: pathToFileURL(`${process.cwd()}/`).href,
    inspection: () => "off",
    lifecycle: [],
    lane: "descriptor",
    startTimeoutMs: 10_000,
    startProcess: async (processSpec) => {
      obstacle();
      const child = await startNodeProcess(processSpec);
      pids.push(child.pid);
      tapReadyLine(child.lifeline, onReadyLine);
      return child;
    },
    onLine: () => {},
    onLimit: () => {},
    onData: async () => {},
    onDebugger: () => {},
    onDrain: () => {},
    publish,
    hold: (wait) => wait,
    maxPayloadBytes: 1024 ** 3,
    budget: BUDGET,
  };
  const listener: SupervisorListener = {
    onStarting: () => () => {},
    onReady: (live) => {
      ready.push(live);
      heard.push("ready");
      onReady(live);
    },
    onStartFailed: () => heard.push("start failed"),
    onEnded: (_, __, willRestart) => heard.push(willRestart ? "ended" : "ended for good"),
    onRestarting: () => heard.push("restarting"),
    onStopped: ({ kind }) => heard.push(`stopped: ${kind}`),
    isHealthy: () => true,
    activate: () => undefined,
    warmUp,
  };
  const supervisor = new Supervisor(spec, { restart, judge, standby, graceMs: 100 }, listener);
  onTestFinished(() => {
    for (const pid of pids.filter((each) => isAlive(each))) process.kill(pid, "SIGKILL");
  });
  return { supervisor, ready, heard, pids };
}

function tapReadyLine(lifeline: Lifeline, onReadyLine: () => void): void {
  const { onLine } = lifeline;
  lifeline.onLine = (listener) =>
    onLine((line) => {
      if (line.startsWith('{"ready"')) onReadyLine();
      listener(line);
    });
}

test("nothing is started, and stopping does nothing, before start", () => {
  const { supervisor, pids } = useSupervisor();
  void supervisor.shutdown("early", 0);
  expect(supervisor.state.kind).toBe("idle");
  expect(pids).toEqual([]);
});

test("its owner hears what happens, in order and once", async () => {
  const { supervisor, heard, ready } = useSupervisor();
  await supervisor.start(new AbortController());
  expect(supervisor.state.kind).toBe("ready");
  const outcome = await supervisor.shutdown("done", 1_000);
  expect(outcome).toMatchObject({ kind: "exited", code: 0, reason: "requested" });
  expect(supervisor.state).toMatchObject({ kind: "stopped", cause: { kind: "shutdown", reason: "done" }, outcome });
  expect(heard).toEqual(["ready", "ended for good", "stopped: shutdown"]);
  expect(existsSync(ready[0]?.address ?? hostDirectory())).toBe(false);
});

test("starts that fail at once leave the event loop its turns, however often they are repeated", async () => {
  let isDiskFull = false;
  const { supervisor, heard, ready } = useSupervisor({
    restart: AT_ONCE,
    obstacle: () => {
      if (isDiskFull) throw new Error("no space left on device");
    },
  });
  await supervisor.start(new AbortController());
  isDiskFull = true;
  process.kill(ready[0]?.pid ?? 0, "SIGKILL");
  await until(() => heard.includes("start failed"));
  await sleep(50);
  isDiskFull = false;
  await until(() => supervisor.state.kind === "ready");
  expect(ready).toHaveLength(2);
  await supervisor.shutdown("done", 1_000);
});

describe("a stop in the very moment of readiness leaves no process:", () => {
  test.each(Array.from({ length: 24 }, (_, microtasks) => microtasks))("%i microtasks into it", async (microtasks) => {
    const onReadyLine = async (): Promise<void> => {
      for (let count = 0; count < microtasks; count += 1) await undefined;
      await supervisor.terminate("SIGKILL", 0);
    };
    const { supervisor, heard, pids } = useSupervisor({ onReadyLine });
    const outcome = await supervisor.start(new AbortController()).then(
      () => "ready",
      (error: { code: string }) => error.code,
    );
    expect(["ready", "CANCELLED"]).toContain(outcome);
    await until(() => supervisor.state.kind === "stopped", 2_000);
    expect(heard.filter((line) => line.startsWith("stopped"))).toEqual(["stopped: terminated"]);
    expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  });
});

describe("a spare that is prepared in the very moment of the end is gone with it:", () => {
  test.each(Array.from({ length: 16 }, (_, microtasks) => microtasks))("%i microtasks into it", async (microtasks) => {
    const end = async (): Promise<void> => {
      for (let count = 0; count < microtasks; count += 1) await undefined;
      await supervisor.terminate("SIGKILL", 0);
    };
    let ended: Promise<void> | undefined;
    const warmUp = async (): Promise<void> => {
      ended = end();
    };
    const { supervisor, pids } = useSupervisor({ standby: 1, warmUp });
    await supervisor.start(new AbortController());
    await until(() => ended !== undefined);
    await ended;
    expect(pids).toHaveLength(2);
    expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  });
});

test("a process that cannot be published is no generation, and is gone", async () => {
  const { supervisor, pids, ready } = useSupervisor({
    publish: () => {
      throw new Error("no space left on device");
    },
  });
  await expect(supervisor.start(new AbortController())).rejects.toMatchObject({
    code: "START_FAILED",
    message: expect.stringContaining("no space left on device"),
  });
  expect(ready).toEqual([]);
  await until(() => pids.every((pid) => !isAlive(pid)));
});

test("a spare that cannot be published is gone, and the recycled process goes on", async () => {
  let isDiskFull = false;
  const { supervisor, pids, ready } = useSupervisor({
    publish: () => {
      if (isDiskFull) throw new Error("no space left on device");
    },
  });
  await supervisor.start(new AbortController());
  const [old] = ready as [Generation];
  isDiskFull = true;
  await expect(supervisor.recycle(old, RECYCLE)).rejects.toThrow("START_FAILED");
  expect(supervisor.state).toMatchObject({ kind: "ready", live: old });
  expect(pids.filter((pid) => isAlive(pid))).toEqual([old.pid]);
  isDiskFull = false;
  expect((await supervisor.recycle(old, RECYCLE)).number).toBe(2);
  await supervisor.shutdown("done", 1_000);
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
});

test("a generation that is replaced in the very turn in which it takes over retires", async () => {
  let prepare = (): void => {};
  const onReady = (live: Generation): void => {
    if (ready.length === 2) void supervisor.recycle(live, RECYCLE);
  };
  const warmUp = (): Promise<void> =>
    new Promise((resolve) => {
      prepare = resolve;
      if (ready.length === 1) process.kill(ready[0]?.pid ?? 0, "SIGKILL");
    });
  const { supervisor, ready, heard, pids } = useSupervisor({ standby: 1, onReady, warmUp, restart: AT_ONCE });
  await supervisor.start(new AbortController());
  // The spare is prepared while the generation that follows the crash is being started.
  await until(() => pids.length === 3);
  prepare();
  await until(() => ready.length === 3);
  const [, replaced, live] = ready as [Generation, Generation, Generation];
  expect(live.pid).toBe(pids[1]);
  await replaced.gone;
  expect(supervisor.state).toMatchObject({ kind: "ready", live });
  expect(heard).toEqual(["ready", "ended", "restarting", "ready", "ready", "ended"]);
  await supervisor.terminate("SIGKILL", 0);
});

test("stopping waits for a successor that is on its way, and nothing of it is left", async () => {
  const { supervisor, pids, ready } = useSupervisor();
  await supervisor.start(new AbortController());
  const recycled = supervisor.recycle(ready[0] as Generation, RECYCLE);
  await until(() => pids.length === 2);
  await supervisor.shutdown("done", 1_000);
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  await expect(recycled).rejects.toThrow();
});

test("a spare whose preparation is cut short by the end of the isolator is gone with it", async () => {
  let isPreparing = false;
  const { supervisor, pids } = useSupervisor({
    standby: 1,
    warmUp: () => {
      isPreparing = true;
      return new Promise(() => {});
    },
  });
  await supervisor.start(new AbortController());
  await until(() => isPreparing);
  await supervisor.terminate("SIGKILL", 0);
  expect(pids).toHaveLength(2);
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
});

test.runIf(process.platform === "linux" && process.getuid?.() === 0)(
  "a process of another user, who may not enter the host's folders, has no socket in them",
  async () => {
    const own = useSupervisor();
    const other = useSupervisor({ confinement: { ...UNCONFINED, identity: { uid: 65_534, gid: 65_534 } } });
    for (const { supervisor } of [own, other]) await supervisor.start(new AbortController());
    expect(own.ready[0]?.address).toContain(hostDirectory());
    expect(other.ready[0]?.address).toBe("");
    for (const { supervisor } of [own, other]) await supervisor.shutdown("done", 1_000);
  },
);

test("a process that somebody else asked to end is not followed by another", async () => {
  const { supervisor, ready, heard, pids } = useSupervisor({ restart: AT_ONCE });
  await supervisor.start(new AbortController());
  const { session } = ready[0] as Generation;
  const shutdown = { kind: "module", module: HOST_MODULE, method: "shutdown" } as const;
  const nothing = (): void => {};
  session.call(shutdown, ["an operator", 5_000, 1_000], { resolve: nothing, reject: nothing, lost: nothing });
  expect(await supervisor.stopped.wait()).toMatchObject({ kind: "exited", code: 0, reason: "requested" });
  expect(heard).toEqual(["ready", "ended for good", "stopped: shutdown"]);
  expect(pids).toHaveLength(1);
});

test("a spare takes over from a process that died, and another spare is started", async () => {
  const prepared: Generation[] = [];
  const warmUp = async (spare: Generation): Promise<void> => void prepared.push(spare);
  const { supervisor, ready, pids } = useSupervisor({ standby: 1, restart: AT_ONCE, warmUp });
  await supervisor.start(new AbortController());
  await until(() => prepared.length === 1);
  expect(prepared[0]).toMatchObject({ number: 0, wasSpare: true });
  await sleep(0);
  process.kill(ready[0]?.pid ?? 0, "SIGKILL");
  await until(() => ready.length === 2 && prepared.length === 2);
  expect(ready[1]).toBe(prepared[0]);
  expect(ready.map(({ number }) => number)).toEqual([1, 2]);
  expect(pids).toHaveLength(3);
  await supervisor.terminate("SIGKILL", 0);
  expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
});

describe("a process that was replaced, while it finishes its calls,", () => {
  const NEVER: RecycleSteps = { drained: () => new Promise(() => {}), willRetry: true };

  test("is followed by no other when all is shut down", async () => {
    const { supervisor, ready, heard, pids } = useSupervisor({ restart: AT_ONCE });
    await supervisor.start(new AbortController());
    await supervisor.recycle(ready[0] as Generation, NEVER);
    await supervisor.shutdown("done", 1_000);
    expect(heard.filter((line) => line.startsWith("ended"))).toEqual(["ended for good", "ended for good"]);
    expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  });

  test("is killed with the other when all is terminated", async () => {
    const { supervisor, ready, heard, pids } = useSupervisor({ restart: AT_ONCE });
    await supervisor.start(new AbortController());
    await supervisor.recycle(ready[0] as Generation, NEVER);
    await supervisor.terminate("SIGKILL", 0);
    expect(heard.filter((line) => line.startsWith("ended"))).toEqual(["ended for good", "ended for good"]);
    expect(await ready[0]?.outcome).toMatchObject({ signal: "SIGKILL", reason: "terminated" });
    expect(pids.filter((pid) => isAlive(pid))).toEqual([]);
  });

  test("goes on when its successor ends for good, and only with it the isolator is gone", async () => {
    let drain = (): void => {};
    const drained = (): Promise<void> =>
      new Promise((resolve) => {
        drain = resolve;
      });
    const { supervisor, ready, heard } = useSupervisor();
    await supervisor.start(new AbortController());
    const [old] = ready as [Generation];
    const successor = await supervisor.recycle(old, { drained, willRetry: true });
    process.kill(successor.pid, "SIGKILL");
    await until(() => supervisor.state.kind === "stopped");
    await successor.gone;
    await sleep(0);
    expect(supervisor.stopped.isReached).toBe(false);
    expect(isAlive(old.pid)).toBe(true);
    drain();
    expect(await supervisor.stopped.wait()).toMatchObject({ signal: "SIGKILL", reason: "signal" });
    expect(heard).toEqual(["ready", "ready", "ended for good", "stopped: crashed", "ended for good"]);
    expect(await old.outcome).toMatchObject({ kind: "exited", code: 0, reason: "requested" });
  });
});

describe("where somebody else judges a death", () => {
  /** A judge whose first judgement comes when it is said. */
  function useJudge() {
    const deaths: Death[] = [];
    let decide = (_: Exclude<Judgement, { kind: "hold" }>): void => {};
    const decided = new Promise<Exclude<Judgement, { kind: "hold" }>>((resolve) => {
      decide = resolve;
    });
    const judge: Judge = (death) => {
      deaths.push(death);
      return { kind: "hold", decided };
    };
    return { judge, deaths, decide: (judgement: Exclude<Judgement, { kind: "hold" }>) => decide(judgement) };
  }

  test("there is no process until it has decided, and a restart follows then", async () => {
    const { judge, deaths, decide } = useJudge();
    const { supervisor, ready, heard, pids } = useSupervisor({ judge });
    await supervisor.start(new AbortController());
    process.kill(ready[0]?.pid ?? 0, "SIGKILL");
    await until(() => heard.includes("ended"));
    expect(supervisor.state).toMatchObject({ kind: "waiting", generation: 2 });
    expect(deaths).toMatchObject([{ outcome: { signal: "SIGKILL" }, healthy: true, halted: false }]);
    await sleep(20);
    expect(pids).toHaveLength(1);
    decide({ kind: "restart", delayMs: 0 });
    await until(() => ready.length === 2);
    expect(ready[1]?.number).toBe(2);
    expect(heard).toEqual(["ready", "ended", "restarting", "ready"]);
    await supervisor.terminate("SIGKILL", 0);
  });

  test("it may be the end", async () => {
    const { judge, decide } = useJudge();
    const { supervisor, ready, heard } = useSupervisor({ judge });
    await supervisor.start(new AbortController());
    process.kill(ready[0]?.pid ?? 0, "SIGKILL");
    await until(() => heard.includes("ended"));
    decide({ kind: "stop", cause: { kind: "exhausted" } });
    expect(await supervisor.stopped.wait()).toMatchObject({ signal: "SIGKILL", reason: "signal" });
    expect(heard).toEqual(["ready", "ended", "stopped: exhausted"]);
  });

  test("what it decides after the isolator was stopped starts nothing", async () => {
    const { judge, decide } = useJudge();
    const { supervisor, ready, heard, pids } = useSupervisor({ judge });
    await supervisor.start(new AbortController());
    process.kill(ready[0]?.pid ?? 0, "SIGKILL");
    await until(() => heard.includes("ended"));
    const outcome = await supervisor.terminate("SIGKILL", 0);
    expect(outcome).toMatchObject({ reason: "terminated", forced: false });
    decide({ kind: "restart", delayMs: 0 });
    await sleep(20);
    expect(heard).toEqual(["ready", "ended", "stopped: terminated"]);
    expect(pids).toHaveLength(1);
  });

  test("a process that is halted ends in order, and is judged", async () => {
    const { judge, deaths } = useJudge();
    const { supervisor, ready, heard } = useSupervisor({ judge });
    await supervisor.start(new AbortController());
    await supervisor.halt("for its neighbour", 1_000);
    await until(() => heard.includes("ended"));
    expect(deaths).toMatchObject([{ outcome: { kind: "exited", code: 0, reason: "requested" }, halted: true }]);
    expect(await ready[0]?.outcome).toBe(deaths[0]?.outcome);
    expect(supervisor.state.kind).toBe("waiting");
    await supervisor.halt("again", 1_000);
    expect(deaths).toHaveLength(1);
    await supervisor.terminate("SIGKILL", 0);
  });
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputEvent } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useHost } from "../helpers/use-host.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { noPython, PYTHON, stats } from "./use-python.js";

describe.skipIf(noPython)("the process of a Python module", () => {
  test("that crashes is replaced, and its call hears of the signal", async () => {
    const isolator = await useIsolator(PYTHON);
    const restarted = nextEvent(isolator, "restarted");
    const error = await isolationError(isolator.invoke(stats, "crash", []));
    expect(error).toMatchObject({ code: "CRASHED", facts: { signal: "SIGSEGV" } });
    await restarted;
    expect(await isolator.invoke(stats, "mean", [[2]])).toBe(2);
    expect(isolator.generation).toBe(2);
  });

  test("that is idle ends by itself within its grace, without waiting for a thread of its own", async () => {
    const isolator = await useIsolator({ ...PYTHON, graceMs: 1_000 });
    expect(await isolator.invoke(stats, "mean", [[2]])).toBe(2);
    expect(await isolator.shutdown()).toMatchObject({ kind: "exited", code: 0, forced: false });
  });

  test("that a module leaves by sys.exit ends with that code", async () => {
    const isolator = await useIsolator({ ...PYTHON, restart: false });
    const error = await isolationError(isolator.invoke(stats, "leave", [7]));
    expect(error.facts.exitCode).toBe(7);
  });

  test("keeps within its memory, and is replaced when it does not", async () => {
    const isolator = await useIsolator({ ...PYTHON, limits: { memory: "200 MiB" } });
    const error = await isolationError(isolator.invoke(stats, "eat", [2_000]));
    expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", facts: { limit: "memory" } });
    expect(await isolator.invoke(stats, "mean", [[2]])).toBe(2);
  });

  test.each([
    ["limits.heap", { limits: { heap: "100 MiB" } }],
    ["permissions", { permissions: { net: false } }],
  ])("is refused an option that only Node.js can keep: %s", async (name, options) => {
    const error = await isolationError(useIsolator({ ...PYTHON, ...(options as object) }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(name);
  });

  test("prints lines that arrive while it runs", async () => {
    const isolator = await useIsolator(PYTHON);
    const lines: OutputEvent[] = [];
    isolator.events.on("stdout", (event) => lines.push(event));
    isolator.events.on("stderr", (event) => lines.push(event));
    await isolator.invoke(stats, "say", ["hello"]);
    await until(() => lines.length === 2);
    expect(lines.map(({ line }) => line)).toEqual(["hello", "hello"]);
  });

  test("does not outlive a host that is killed, not even while a function blocks", async () => {
    const host = await useHost("wait", "python-busy", PYTHON);
    host.kill("SIGKILL");
    await until(() => !host.pids.some((pid) => isAlive(pid)));
  });

  test("finishes running calls before it ends in order", async () => {
    const isolator = await useIsolator(PYTHON);
    const running = isolator.invoke(stats, "sleep", [0.3]);
    expect((await isolator.status()).callsInFlight).toBe(1);
    const ended = isolator.shutdown();
    expect(await running).toBe(0.3);
    await ended;
  });

  test("takes no file of the working directory for a module of Python's own", async () => {
    const folder = useDirectory();
    for (const name of ["json", "socket", "typing"]) writeFileSync(join(folder, `${name}.py`), "raise SystemExit(3)\n");
    mkdirSync(join(folder, "collections"));
    const isolator = await useIsolator({ ...PYTHON, cwd: folder });
    expect(await isolator.invoke(stats, "mean", [[2]])).toBe(2);
  });
});

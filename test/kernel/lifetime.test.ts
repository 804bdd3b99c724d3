import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Kernel } from "process-isolation/kernel";
import { expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

const LIFE = kernelFixture("life.mjs");

/** What the modules of fixtures/kernel/life.mjs have written, in order. */
function useJournal() {
  const lines: string[] = [];
  return { lines, host: { journal: { write: (line: string) => void lines.push(line) } } };
}

const isolate = (uses: readonly string[] = [], data: Record<string, unknown> = {}, more: object = {}) => ({
  module: LIFE,
  uses: Object.fromEntries([...uses, "host.journal"].map((target) => [target, "*"])) as Record<string, "*">,
  data,
  ...more,
});

test("isolates start when what they use is ready, and end in the reverse order", async () => {
  const { lines, host } = useJournal();
  const kernel = await useKernel(
    {
      isolates: { top: isolate(["left", "right"]), left: isolate(["base"]), right: isolate(["base"]), base: isolate() },
    },
    { host },
  );
  expect(lines[0]).toBe("base started");
  expect(lines.slice(1, 3).toSorted()).toEqual(["left started", "right started"]);
  expect(lines[3]).toBe("top started");
  lines.splice(0);
  await kernel.shutdown();
  expect(lines[0]).toBe("top stopped");
  expect(lines.slice(1, 3).toSorted()).toEqual(["left stopped", "right stopped"]);
  expect(lines[3]).toBe("base stopped");
});

test("isolates that do not depend on each other start at once", async () => {
  const { lines, host } = useJournal();
  // Each start() waits until the other's has begun.
  const meet = { a: isolate([], { meet: "b" }), b: isolate([], { meet: "a" }) };
  const begun = new Set<string>();
  const waiting = new Map<string, () => void>();
  const rendezvous = (own: string, other: string): Promise<void> | undefined => {
    begun.add(own);
    waiting.get(own)?.();
    return begun.has(other) ? undefined : new Promise((resolve) => waiting.set(other, resolve));
  };
  await useKernel({ isolates: meet }, { host: { journal: { ...host.journal, rendezvous } } });
  expect(lines.toSorted()).toEqual(["a started", "b started"]);
});

test("a lazy use does not wait, and may make a cycle", async () => {
  const { lines, host } = useJournal();
  const uses = { "host.journal": "*", b: { exports: "*", lazy: true } } as const;
  await useKernel({ isolates: { b: isolate(["a"]), a: { module: LIFE, uses } } }, { host });
  expect(lines).toEqual(["a started", "b started"]);
});

test("a call of an isolate that is not ready yet is given up with its time or its signal, and does not run later", async () => {
  let codes: unknown;
  let letIn = (): void => {};
  const opened = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  const open = (received: unknown): void => {
    codes = received;
    letIn();
  };
  const early = { "host.gate": "*", late: { exports: "*", lazy: true } } as const;
  const kernel = await useKernel(
    {
      isolates: {
        early: { module: kernelFixture("early.mjs"), uses: early },
        late: { module: kernelFixture("late.mjs"), uses: { "host.gate": "*" } },
      },
    },
    { host: { gate: { open, opened: () => opened } } },
  );
  expect(codes).toEqual(["DEADLINE_EXCEEDED", "CANCELLED"]);
  expect(await kernel.isolate<{ ran(): number }>("late").api.ran()).toBe(1);
});

test("a start that fails names the isolate, and leaves nothing", async () => {
  const { lines, host } = useJournal();
  const broken = { base: isolate(), broken: isolate(["base"], { fail: "no licence" }), after: isolate(["broken"]) };
  const error = await isolationError(Kernel.start({ isolates: broken }, { host }));
  expect(error.code).toBe("START_FAILED");
  expect(error.message).toContain("the isolate broken could not be started");
  expect(error.message).toContain("no licence");
  expect(error.facts.isolate).toBe("broken");
  expect(lines).toEqual(["base started", "base stopped"]);
});

test("a start that fails says where in the file the isolate stands", async () => {
  const file = join(useDirectory(), "shop.yaml");
  writeFileSync(file, "isolates:\n  store:\n    module: ./not-there.mjs\n");
  const error = await isolationError(Kernel.start(file));
  expect(error.code).toBe("MODULE_NOT_FOUND");
  expect(error.message).toContain(`the isolate store (${file}:2:3) could not be started`);
});

test("a start can be cancelled", async () => {
  const { lines, host } = useJournal();
  const controller = new AbortController();
  const starting = isolationError(
    Kernel.start(
      { isolates: { base: isolate(), slow: isolate(["base"], { never: true }) } },
      { host, signal: controller.signal },
    ),
  );
  await until(() => lines.includes("slow begins"));
  controller.abort(new Error("not now"));
  expect((await starting).code).toBe("CANCELLED");
  expect(lines.at(-1)).toBe("base stopped");
});

test("the kernel lives without an isolate that is not essential", async () => {
  const { host } = useJournal();
  const isolates = { needed: isolate(), extra: isolate([], { fail: "no licence" }, { essential: false }) };
  const kernel = await useKernel({ isolates }, { host });
  expect(kernel.list().map(({ name, state }) => [name, state])).toEqual([
    ["needed", "ready"],
    ["extra", "failed"],
  ]);
  const error = await isolationError(kernel.isolate<typeof import("../fixtures/kernel/life.mjs")>("extra").api.pid());
  expect(error.code).toBe("STOPPED");
});

test("what an operator stops stays down until it is started again; its data stay", async () => {
  const { lines, host } = useJournal();
  const kernel = await useKernel({ isolates: { base: isolate(), user: isolate(["base"]) } }, { host });
  const base = kernel.isolate<typeof import("../fixtures/kernel/life.mjs")>("base");
  await base.isolator.setData("count", 3);
  const stopped = nextOf(kernel, "base", "stopped");
  await kernel.stop("base");
  expect(await stopped).toMatchObject({ reason: "operator" });
  expect((await isolationError(base.api.pid())).code).toBe("STOPPED");
  expect(() => base.isolator).toThrow("STOPPED");
  await kernel.start("base");
  expect(await base.isolator.getData("count")).toBe(3);
  expect(lines.filter((line) => line.startsWith("base"))).toEqual(["base started", "base stopped", "base started"]);
});

test("restart() replaces the process without a lost call", async () => {
  const { host } = useJournal();
  const kernel = await useKernel({ isolates: { base: isolate() } }, { host });
  const { api } = kernel.isolate<typeof import("../fixtures/kernel/life.mjs")>("base");
  const before = await api.pid();
  const calls = Array.from({ length: 50 }, () => api.pid());
  await kernel.restart("base");
  expect(await api.pid()).not.toBe(before);
  expect((await Promise.all(calls)).every((pid) => pid === before)).toBe(true);
  await until(() => !isAlive(before));
});

test("a name that is not there is told with the closest one", async () => {
  const { host } = useJournal();
  const kernel = await useKernel({ isolates: { base: isolate() } }, { host });
  expect(() => kernel.isolate("bass")).toThrow(/has no isolate "bass"; did you mean "base"\?/);
});

test("shutdown may be called again, also while it is under way, and nothing can be started any more", async () => {
  const { host } = useJournal();
  const kernel = await useKernel({ isolates: { base: isolate() } }, { host });
  const outcomes = await Promise.all([kernel.shutdown({ reason: "done" }), kernel.shutdown(), kernel.waitForExit()]);
  expect(outcomes).toEqual(Array(3).fill({ kind: "requested", reason: "done" }));
  expect((await isolationError(kernel.start("base"))).code).toBe("STOPPED");
  expect(kernel.list().map(({ state }) => state)).toEqual(["stopped"]);
});

test.each([
  ["a negative grace", { graceMs: -1 }],
  ["a grace without end", { graceMs: Number.POSITIVE_INFINITY }],
  ["an empty reason", { reason: "" }],
])("%s is refused, and everything goes on", async (_, options) => {
  const { host } = useJournal();
  const kernel = await useKernel({ isolates: { base: isolate() } }, { host });
  const { api } = kernel.isolate<typeof import("../fixtures/kernel/life.mjs")>("base");
  expect((await isolationError(kernel.shutdown(options))).code).toBe("INVALID_OPTION");
  if ("reason" in options) expect((await isolationError(kernel.stop("base", options))).code).toBe("INVALID_OPTION");
  expect(kernel.list()).toMatchObject([{ state: "ready", pid: await api.pid() }]);
});

test("a kernel with a grace without end is not started", async () => {
  const start = Kernel.start({ isolates: { base: isolate() } }, { graceMs: Number.POSITIVE_INFINITY });
  expect((await isolationError(start)).message).toContain("graceMs must be milliseconds");
});

test("whoever starts an isolate that is being started waits for it", async () => {
  const { host } = useJournal();
  const kernel = await useKernel({ isolates: { base: isolate() } }, { host });
  await kernel.stop("base");
  const first = kernel.start("base");
  await kernel.start("base");
  expect(kernel.list()).toMatchObject([{ state: "ready" }]);
  await first;
});

test.each(["start", "restart"] as const)(
  "%s() of an isolate that is being stopped starts it afterwards",
  async (how) => {
    const { lines, host } = useJournal();
    const kernel = await useKernel({ isolates: { base: isolate() } }, { host });
    const stopping = kernel.stop("base");
    await kernel[how]("base");
    await stopping;
    expect(kernel.list()).toMatchObject([{ state: "ready" }]);
    expect(lines).toEqual(["base started", "base stopped", "base started"]);
  },
);

test("of a stop, a start and a stop, the last one counts", async () => {
  const { lines, host } = useJournal();
  const kernel = await useKernel({ isolates: { base: isolate() } }, { host });
  const first = kernel.stop("base");
  const starting = isolationError(kernel.start("base"));
  await Promise.all([first, kernel.stop("base")]);
  expect((await starting).code).toBe("STOPPED");
  expect(kernel.list()).toMatchObject([{ state: "stopped" }]);
  expect(lines).toEqual(["base started", "base stopped"]);
});

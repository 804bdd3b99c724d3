import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { ProcessIsolator } from "process-isolation";
import { expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { activeResources } from "../helpers/use-isolator.js";

const isLinux = process.platform === "linux";

/** The processes that this one has started, by pid. */
function children(): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [, parent] = /^\d+ \(.*\) \S (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, "utf8")) ?? [];
      return Number(parent) === process.pid;
    } catch {
      return false;
    }
  });
}

test.skipIf(!isLinux)(
  "nothing is left of the last isolator once it is down, and the next one starts anew",
  async () => {
    const [before, resources] = [children(), activeResources()];
    for (const stop of ["shutdown", "terminate"] as const) {
      const isolator = await ProcessIsolator.create({ standby: 1 });
      const directory = dirname(dirname(isolator.address));
      await isolator[stop]();
      expect(children()).toEqual(before);
      expect(existsSync(directory)).toBe(false);
      // The runner has timers of its own.
      expect([...activeResources()].filter(([kind]) => /Pipe|Process|Server/.test(kind))).toEqual(
        [...resources].filter(([kind]) => /Pipe|Process|Server/.test(kind)),
      );
    }
  },
);

test.skipIf(!isLinux)(
  "the reaper stays while another isolator lives, also one that starts while the last one ends",
  async () => {
    const before = children();
    const first = await ProcessIsolator.create();
    const ending = first.shutdown();
    const second = await ProcessIsolator.create();
    await ending;
    // The process, and the reaper.
    expect(children()).toHaveLength(before.length + 2);
    expect(await second.invoke(fixture("deaths.mjs"), "pid")).toBe(second.pid);
    await second.shutdown();
    expect(children()).toEqual(before);
  },
);

test.skipIf(!isLinux)("a start that fails leaves no reaper either", async () => {
  const before = children();
  expect((await isolationError(ProcessIsolator.create({ execPath: "/not/there" }))).code).toBe("START_FAILED");
  await expect.poll(children).toEqual(before);
});

test.skipIf(!isLinux)("an isolator that ends by itself takes the reaper along", async () => {
  const before = children();
  const isolator = await ProcessIsolator.create({ restart: false });
  await isolationError(isolator.invoke(fixture("deaths.mjs"), "exit", [3]));
  await isolator.waitForExit();
  await expect.poll(children).toEqual(before);
});

test.skipIf(!isLinux).each(["shutdown", "terminate", "dispose"])(
  "a worker thread that has ended its isolate by %s, and itself, leaves no zombie",
  async (ending) => {
    const { stdout } = await promisify(execFile)(process.execPath, [fixture("worker-host.mjs"), ending]);
    expect(JSON.parse(stdout)).toEqual([]);
  },
);

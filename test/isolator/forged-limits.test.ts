import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { noBubblewrap } from "../sandbox/bubblewrap.js";

const FORGER = fixture("forger.mjs");
const HEAP_FULL =
  "\n<--- Last few GCs --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n";

const FORGERIES = [
  ["a heap that is full", { heap: "512MB" }, "abort", HEAP_FULL],
  ["a heap that is full, without a limit", {}, "abort", HEAP_FULL],
  ["processor time that is used up, by the exit code", { cpuSeconds: 3_600 }, "exit", 152],
  ["processor time that is used up, by the signal", { cpuSeconds: 3_600 }, "signal", "SIGXCPU"],
  ["descriptors that are used up", { openFiles: 100 }, "says", "Error: EMFILE: too many open files, open 'x'"],
  ["memory that is used up, by the exit code", { memory: "200MB" }, "exit", 137],
  ["memory that is used up, by the signal", { memory: "200MB" }, "signal", "SIGKILL"],
  ["processes that are used up", { pids: 100 }, "says", "Error: spawn EAGAIN: Resource temporarily unavailable"],
] as const;

describe.each([
  ["", {}],
  ["in a sandbox", { sandbox: { read: [new URL("../fixtures", import.meta.url).pathname] } }],
] as const)("an isolate %s cannot pretend", (_, confinement) => {
  test.skipIf("sandbox" in confinement && noBubblewrap).each(FORGERIES)("%s", async (_, limits, method, argument) => {
    const isolator = await useIsolator({ limits, restart: false, ...confinement });
    const { code, facts } = await isolationError(isolator.invoke(FORGER, method, [argument]));
    expect(code).toBe("CRASHED");
    expect(["exit", "signal"]).toContain(facts.reason);
    expect(facts).not.toHaveProperty("limit");
    expect(facts).not.toHaveProperty("observed");
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ProcessIsolator } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive, waitForExit } from "../../src/platform/index.js";
import { registryTool } from "../helpers/registry-tool.js";
import { isolationError } from "../helpers/rejection.js";
import { ALL_WELL, useForeignProject } from "./use-foreign-host.js";

const RUNTIMES = [
  ["Bun", await registryTool("bun"), ["host.cjs"]],
  ["Deno", await registryTool("deno"), ["run", "--allow-all", "host.cjs"]],
] as const;

describe.each(RUNTIMES)("%s", (name, program, args) => {
  test.skipIf(program === undefined)("as a host needs an execPath, and says what to give", async () => {
    const report = await useForeignProject().run(program as string, args);
    expect(report).toMatchObject({ error: "INVALID_OPTION" });
    expect(report.message).toMatch(new RegExp(`execPath is needed: this host is ${name} \\d.* path of a Node.js`));
  });

  test.skipIf(program === undefined)("as a host has no isolates on itself, by whatever name", async () => {
    const report = await useForeignProject().run(program as string, args, program);
    expect(report).toMatchObject({ error: "INVALID_OPTION" });
    expect(report.message).toContain("execPath must name another program than this one");
  });

  test.skipIf(program === undefined)("as a host with the path of a Node.js has isolates that work", async () => {
    expect(await useForeignProject().run(program as string, args, process.execPath)).toEqual(ALL_WELL);
  });

  test.skipIf(program === undefined)("as a host that is killed takes a busy isolate along", async () => {
    const { path } = useForeignProject();
    const hostArgs = args.map((arg) => (arg === "host.cjs" ? "busy-host.cjs" : arg));
    const env = { ...process.env, EXEC_PATH: process.execPath };
    const host = spawn(program as string, hostArgs, { cwd: path, env, stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void host.kill("SIGKILL"));
    const [line] = await once(createInterface({ input: host.stdout }), "line");
    const pids = JSON.parse(line) as { host: number; isolate: number };
    expect(isAlive(pids.isolate)).toBe(true);
    process.kill(pids.host, "SIGKILL");
    expect(await waitForExit([pids.isolate], 5_000)).toEqual([]);
  });

  test.skipIf(program === undefined)("as the execPath of a host on Node.js ends at once, and says why", async () => {
    const error = await isolationError(ProcessIsolator.create({ execPath: program as string }));
    expect(error.code).toBe("START_FAILED");
    expect(error.facts.exitCode).toBe(78);
    expect(error.message).toMatch(new RegExp(`started on ${name} \\d.*execPath must name a Node.js`));
  });
});

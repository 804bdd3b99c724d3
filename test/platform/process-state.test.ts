import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { isAlive, processState } from "../../src/platform/process-state.js";
import { portableProcessState } from "../../src/platform/process-state.portable.js";
import { firstOutput, until, useProcess } from "./support.js";

describe.runIf(process.platform === "linux")("on Linux a process", () => {
  test("runs, sleeps, is stopped, goes on and is dead", async () => {
    const busy = useProcess("sh", ["-c", "while :; do :; done"]).pid;
    await until(() => processState(busy) === "running");
    const idle = useProcess("sleep", ["1000"]);
    await until(() => processState(idle.pid) === "sleeping");
    idle.kill("SIGSTOP");
    await until(() => processState(idle.pid) === "stopped");
    expect(isAlive(idle.pid)).toBe(true);
    idle.kill("SIGCONT");
    await until(() => processState(idle.pid) === "sleeping");
    idle.kill("SIGKILL");
    await once(idle, "exit");
    expect(processState(idle.pid)).toBe("dead");
    expect(isAlive(idle.pid)).toBe(false);
  });

  test("that nobody asks for is a zombie, and not alive", async () => {
    const parent = useProcess("sh", ["-c", "sleep 0 & echo $!; exec sleep 1000"]);
    const zombie = Number(await firstOutput(parent));
    await until(() => processState(zombie) === "zombie");
    expect(isAlive(zombie)).toBe(false);
  });
});

test("elsewhere a process is dead or unknown", async () => {
  const child = useProcess("true", []);
  await once(child, "exit");
  expect(portableProcessState(child.pid)).toBe("dead");
  expect(portableProcessState(process.pid)).toBeUndefined();
});

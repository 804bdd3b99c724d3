import { expect, onTestFinished, test } from "vitest";
import { isAlive, killTree } from "../../src/platform/index.js";
import { startNodeProcess } from "../../src/process/node-process.js";
import { useDirectory } from "../helpers/use-directory.js";

/** How long the system may take to carry out a kill, in milliseconds. */
const PATIENCE_MS = 5_000;

test.skipIf(process.platform === "win32")(
  "a group goes in the moment that its leader has ended, with the pipes that it holds",
  async () => {
    const lines: string[] = [];
    let told: (line: string) => void = () => {};
    const member = new Promise<string>((resolve) => {
      told = resolve;
    });
    const child = await startNodeProcess({
      execPath: process.execPath,
      execArgv: [],
      argv: [
        "-e",
        `const child = require("child_process").spawn("sleep", ["1000"], { stdio: ["ignore", "inherit", "inherit"] });
       child.unref();
       console.log(child.pid);
       require("net").createServer().listen(0);`,
      ],
      cwd: useDirectory(),
      env: { PATH: process.env.PATH ?? "" },
      stdout: "events",
      stderr: "ignore",
      limits: undefined,
      outputBytesPerSecond: undefined,
      onLimit: () => {},
      onLine: (_, { line }) => {
        lines.push(line);
        told(line);
      },
      confined: { wrap: (command) => command, identity: undefined, sandboxed: false },
    });
    onTestFinished(() => killTree(child.pid, "SIGKILL").then(() => {}));
    const pid = Number(await member);
    expect(isAlive(pid)).toBe(true);
    child.signal("SIGKILL");
    await child.ended;
    // Without a turn of the event loop: what comes later, such as the search for what is left, cannot have done it.
    const deadline = performance.now() + PATIENCE_MS;
    while (isAlive(pid) && performance.now() < deadline);
    expect(isAlive(pid)).toBe(false);
    await child.exited;
    await child.gone;
    expect(lines).toEqual([String(pid)]);
  },
);

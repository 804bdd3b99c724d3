import { execFileSync, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findProgram } from "../../src/platform/capabilities.files.js";
import { isAlive, waitForExit } from "../../src/platform/index.js";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { useDirectory } from "../helpers/use-directory.js";
import { type Host, useHost } from "../helpers/use-host.js";

const REPOSITORY = join(import.meta.dirname, "../..");

const isLinux = process.platform === "linux";
const noRoots = !isLinux || isMissing("bwrap (bubblewrap)", findProgram("bwrap") !== undefined);

/** What this Node.js loads, as a distroless image has it. */
function libraries(): string[] {
  const listed = execFileSync("ldd", [process.execPath], { encoding: "utf8" });
  return listed.split("\n").flatMap((line) => /(\/\S+) \(0x/.exec(line)?.slice(1) ?? []);
}

/** A root with nothing in it but Node.js, its libraries, and the package: no shell, nor any other program. */
function bareRoot(): string[] {
  const readable = [process.execPath, ...libraries(), REPOSITORY];
  return [
    // First: the repository may lie in it.
    ...["bwrap", "--tmpfs", "/tmp"],
    ...readable.flatMap((path) => ["--ro-bind", path, path]),
    ...["--proc", "/proc", "--dev", "/dev", "--bind", folderOfTest(), "/run"],
    ...["--clearenv", "--setenv", "XDG_RUNTIME_DIR", "/run", "--chdir", "/", "--"],
  ];
}

/** Outlives the mounts, so that what is left in it can be seen. */
let folder = "";
function folderOfTest(): string {
  folder = useDirectory();
  return folder;
}

describe.skipIf(noRoots)("in a root without a shell", () => {
  test("there is none, nor anything else", () => {
    const look = 'process.exit(require("fs").existsSync("/bin/sh") ? 3 : 0)';
    const [bwrap = "", ...args] = bareRoot();
    expect(spawnSync(bwrap, [...args, process.execPath, "-e", look], { stdio: "inherit" }).status).toBe(0);
  });

  async function useBareHost(child: string, options: object = {}): Promise<Host> {
    const host = await useHost("wait", child, options, bareRoot());
    onTestFinished(() => {
      for (const pid of [host.pid, ...host.pids].filter(isAlive)) process.kill(pid, "SIGKILL");
    });
    return host;
  }

  test.each(["idle", "busy", "stopped"])(
    "an isolate that is %s goes with its host, and so do its folders",
    async (child) => {
      const host = await useBareHost(child);
      const folders = join(folder, host.directory.slice("/run".length));
      expect(dirname(folders).startsWith(folder)).toBe(true);
      host.kill("SIGKILL");
      await host.ended;
      expect(await waitForExit([...host.pids], 5_000)).toEqual([]);
      await expect.poll(() => spawnSync("ls", ["-A", folder], { encoding: "utf8" }).stdout).toBe("");
    },
  );

  test("a limit of open files is refused by name, and others are kept", async () => {
    await expect(useBareHost("idle", { limits: { openFiles: 100 } })).rejects.toThrow(
      /INVALID_OPTION: this machine has nothing to enforce limits.openFiles .*\/bin\/sh/,
    );
    const host = await useBareHost("idle", { limits: { memory: "512MiB", pids: 100, cpuSeconds: 60 } });
    host.kill("SIGTERM");
    await host.ended;
  });
});

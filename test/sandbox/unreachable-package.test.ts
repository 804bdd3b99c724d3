import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { obstacleFor } from "../../src/platform/index.js";
import { useDirectory } from "../helpers/use-directory.js";
import { noBubblewrap } from "./bubblewrap.js";
import { createOpenCopy } from "./open-copy.js";

const REPOSITORY = join(import.meta.dirname, "../..");
const USER = { uid: 65534, gid: 65534 };

/** A project with the built package in it, in a folder that no other user may enter. */
function usePrivateProject(): string {
  const folder = useDirectory();
  chmodSync(folder, 0o700);
  const project = join(folder, "project");
  const installed = join(project, "node_modules/process-isolation");
  mkdirSync(installed, { recursive: true });
  for (const name of ["dist", "package.json"])
    cpSync(join(REPOSITORY, name), join(installed, name), { recursive: true });
  symlinkSync(join(REPOSITORY, "node_modules"), join(installed, "node_modules"));
  writeFileSync(join(project, "own.mjs"), "export const verdict = () => 1;");
  return project;
}

/** What an isolate of the project says, in which another user runs the module. */
function call(project: string, module: string, options: object = {}): string {
  const script = `
    import { ProcessIsolator } from "process-isolation";
    import { statSync } from "node:fs";
    try {
      const isolator = await ProcessIsolator.create({ ...${JSON.stringify({ ...USER, restart: false, ...options })} });
      console.log(JSON.stringify(await isolator.invoke(${JSON.stringify(module)}, "verdict").catch(String)));
      await isolator.shutdown();
    } catch (error) { console.log(JSON.stringify(String(error))); }`;
  writeFileSync(join(project, "main.mjs"), script);
  const { stdout, stderr } = spawnSync(process.execPath, ["main.mjs"], { cwd: project, encoding: "utf8" });
  return JSON.parse(stdout || JSON.stringify(stderr));
}

/** A module that everybody may read: tells who runs it and which descriptors lead to regular files. */
function useOpenModule(): string {
  const folder = useDirectory();
  const source = `
    import { fstatSync, readdirSync } from "node:fs";
    const isFile = (fd) => { try { return fstatSync(fd).isFile(); } catch { return false; } };
    export const verdict = () => [process.getuid(), readdirSync("/proc/self/fd").map(Number).filter(isFile)];`;
  writeFileSync(join(folder, "open.mjs"), source);
  const copy = createOpenCopy(folder);
  onTestFinished(() => copy.remove());
  return join(copy.path, "open.mjs");
}

describe.runIf(process.getuid?.() === 0 && process.platform === "linux")("a package in a private folder", () => {
  test("starts for another user all the same, who keeps no descriptor of it", () => {
    expect(call(usePrivateProject(), useOpenModule())).toEqual([65534, []]);
  });

  test("starts under permissions too", () => {
    const module = useOpenModule();
    const permissions = { fsRead: [module, "/proc"], net: Number.parseInt(process.versions.node, 10) < 26 };
    expect(call(usePrivateProject(), module, { permissions })).toEqual([65534, []]);
  });

  test("whose modules that user may not read is told so, with the user", () => {
    expect(call(usePrivateProject(), "./own.mjs")).toMatch(/MODULE_NOT_FOUND: .*user 65534 .* may not read it/);
  });

  test("whose files nobody else may read does not start, and the error names file, user and what to do", () => {
    const project = usePrivateProject();
    const boot = join(project, "node_modules/process-isolation/dist/pihost/boot.cjs");
    chmodSync(boot, 0o600);
    expect(call(project, "./own.mjs")).toBe(
      `IsolationError: START_FAILED: user 65534 (group 65534) cannot read the executable ${boot}: it has mode 0600; ` +
        "let that user read it (chmod), or install the package where everybody may read",
    );
  });

  test.skipIf(noBubblewrap)("in a sandbox says which folder is closed", () => {
    const project = usePrivateProject();
    expect(call(project, "./own.mjs", { sandbox: { read: ["/usr"] } })).toMatch(
      /START_FAILED: user 65534 .* has mode 0700;/,
    );
  });

  test("whose Node.js that user may not run says so", () => {
    const project = usePrivateProject();
    const execPath = join(project, "node");
    cpSync(process.execPath, execPath);
    expect(call(project, "./own.mjs", { execPath })).toMatch(/START_FAILED: .* cannot read execPath .* has mode 0700;/);
  });
});

test("the mode of a file and of the folders above it decide who may read it", () => {
  const folder = useDirectory();
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const file = join(folder, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o640);
  chmodSync(folder, 0o700);
  expect(obstacleFor({ uid, gid: gid + 1 }, file)).toBeUndefined();
  expect(obstacleFor({ uid: uid + 1, gid: gid + 1 }, file)).toMatch(/ has mode 0700$/);
});

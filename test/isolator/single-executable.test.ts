import { execFileSync } from "node:child_process";
import { copyFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProcessIsolator } from "process-isolation";
import { expect, test } from "vitest";
import { registryTool } from "../helpers/registry-tool.js";
import { isolationError } from "../helpers/rejection.js";
import { ALL_WELL, type ForeignProject, useForeignProject } from "./use-foreign-host.js";

const postject = await registryTool("postject");

/** To put a script into a hundred megabytes takes seconds. */
const BUILD_MS = 120_000;

/** As Node.js asks for: see its documentation of single executable applications. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const MAIN = `require("node:module").createRequire(process.execPath)("./host.cjs");\n`;

interface Application extends ForeignProject {
  readonly program: string;
}

/** A single executable application whose main script is the host. */
function useApplication(): Application {
  const project = useForeignProject();
  const [main, blob, program] = ["main.cjs", "main.blob", "application"].map((name) => join(project.path, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(main, MAIN);
  const config = { main, output: blob, disableExperimentalSEAWarning: true };
  writeFileSync(join(project.path, "sea.json"), JSON.stringify(config));
  execFileSync(process.execPath, ["--experimental-sea-config", "sea.json"], { cwd: project.path, stdio: "ignore" });
  copyFileSync(process.execPath, program);
  const inject = [postject as string, program, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE];
  execFileSync(process.execPath, inject, { stdio: "ignore" });
  return { ...project, program };
}

test.skipIf(postject === undefined || process.platform === "darwin")(
  "a single executable application starts itself not once more, has isolates on a Node.js, and is none",
  { timeout: BUILD_MS },
  async () => {
    const { path, program, run, starts } = useApplication();
    const refused = await run(program);
    expect(refused).toMatchObject({ error: "INVALID_OPTION" });
    expect(refused.message).toContain("execPath is needed: this host is a single executable application");
    expect(starts()).toBe(1);

    // Another name of it is no other program.
    symlinkSync(program, join(path, "link"));
    expect((await run(program, [], join(path, "link"))).message).toContain("must name another program");
    expect(starts()).toBe(2);

    expect(await run(program, [], process.execPath)).toEqual(ALL_WELL);
    expect(starts()).toBe(3);

    // Nobody sees from outside that a copy is one: it ends as soon as it has loaded the package.
    copyFileSync(program, join(path, "copy"));
    const copied = await run(program, [], join(path, "copy"));
    expect(copied).toMatchObject({ error: "START_FAILED" });
    expect(copied.message).toContain("started on a single executable application instead of Node.js");
    expect(starts()).toBe(5);

    const error = await isolationError(ProcessIsolator.create({ execPath: program }));
    expect(error).toMatchObject({ code: "START_FAILED", facts: { exitCode: 78 } });
    expect(starts()).toBe(6);
  },
);

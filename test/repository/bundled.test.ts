import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, type Format } from "esbuild";
import { expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { repository } from "./run-module.js";

const SOURCE = {
  esm: `import { isolate, IsolationError } from "process-isolation";`,
  cjs: `const { isolate, IsolationError } = require("process-isolation");`,
};

const REST = `
  const { pihostPath } = process.env;
  (async () => {
    const { api, isolator } = await isolate("node:path", pihostPath === undefined ? {} : { pihostPath });
    console.log(await api.basename("/a/b"));
    await isolator.shutdown();
  })().catch((error) => console.log(error instanceof IsolationError, error.code, error.message));`;

interface Bundle {
  readonly folder: string;
  /** What the program prints, run in its folder. */
  run(env?: NodeJS.ProcessEnv): Promise<string>;
}

/** A host that was bundled with the package, in a folder with nothing else. */
async function useBundle(format: Exclude<Format, "iife">, source: keyof typeof SOURCE = format): Promise<Bundle> {
  const folder = useDirectory();
  const file = join(folder, format === "esm" ? "host.mjs" : "host.cjs");
  await build({
    stdin: { contents: SOURCE[source] + REST, resolveDir: repository },
    bundle: true,
    platform: "node",
    format,
    minify: true,
    outfile: file,
    logOverride: { "empty-import-meta": "silent" },
  });
  return {
    folder,
    run: async (env = {}) => {
      const options = { cwd: folder, env: { ...process.env, ...env } };
      return (await promisify(execFile)(process.execPath, [file], options)).stdout.trim();
    },
  };
}

const executable = join(repository, "dist/pihost");

test.each([
  ["esm", "esm"],
  ["cjs", "cjs"],
  ["cjs", "esm"],
] as const)(
  "a host bundled as %s, written as %s, finds the executable where it is brought along",
  async (format, source) => {
    const { folder, run } = await useBundle(format, source);
    const lost = await run();
    expect(lost).toMatch(/^true INVALID_OPTION .*bundled: keep it external, or give `pihostPath`/);
    expect(await run({ pihostPath: join(executable, "boot.cjs") })).toBe("b");
    cpSync(executable, join(folder, "pihost"), { recursive: true });
    expect(await run()).toBe("b");
  },
);

test("it takes the executable of an installed package in its own version, and of no other", async () => {
  const { folder, run } = await useBundle("esm");
  const installed = join(folder, "node_modules/process-isolation");
  mkdirSync(join(installed, "dist"), { recursive: true });
  symlinkSync(executable, join(installed, "dist/pihost"), "junction");
  writeFileSync(join(installed, "package.json"), '{ "name": "process-isolation", "version": "99.0.0" }');
  expect(await run()).toContain("INVALID_OPTION");
  cpSync(join(repository, "package.json"), join(installed, "package.json"));
  expect(await run()).toBe("b");
});

test("a boot script without the rest of the executable is refused by name", async () => {
  const { folder, run } = await useBundle("cjs");
  cpSync(join(executable, "boot.cjs"), join(folder, "boot.cjs"));
  const refused = await run({ pihostPath: join(folder, "boot.cjs") });
  expect(refused).toContain("INVALID_OPTION: pihostPath must be a boot.cjs that has its main.cjs beside it");
});

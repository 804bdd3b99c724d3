import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { repository } from "./run-module.js";

const run = promisify(execFile);

/** What a fresh Node prints that runs a piece of CommonJS in the repository, where the package resolves to what was built. */
async function printed(source: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ["--eval", source], { cwd: repository });
  return JSON.parse(stdout);
}

/** What importing a part of the package loads, in a program that has loaded nothing. CommonJS by --eval has. */
async function loadedBy(name: string): Promise<unknown> {
  const source = `
    import { createRequire } from "node:module";
    const before = new Set(process.moduleLoadList);
    await import(${JSON.stringify(name)});
    const heavy = /^NativeModule (?:child_process|crypto|http|http2|https|net|tls|zlib|worker_threads)$/;
    console.log(JSON.stringify({
      files: Object.keys(createRequire(import.meta.url).cache).length,
      heavy: process.moduleLoadList.filter((name) => heavy.test(name) && !before.has(name)),
    }));`;
  const args = ["--input-type=module", "--eval", source];
  return JSON.parse((await run(process.execPath, args, { cwd: repository })).stdout);
}

test("importing the package reads three files of it, and none of Node's modules that only some need", async () => {
  // The ES module itself is not in this list.
  expect(await loadedBy("process-isolation")).toEqual({ files: 2, heavy: [] });
});

test("so does the kernel, which stands on it", async () => {
  expect(await loadedBy("process-isolation/kernel")).toEqual({ files: 3, heavy: [] });
});

test("import and require give the same package, and the part for modules has its marks", async () => {
  const same = await printed(`
    const required = require("process-isolation");
    const inside = require("process-isolation/pihost");
    Promise.all([import("process-isolation"), import("process-isolation/pihost")]).then(([imported, insideImported]) => {
      const { default: ignored, ...names } = imported;
      const lent = (remote) => Object.getOwnPropertySymbols(remote({})).map(String);
      console.log(JSON.stringify({
        names: Object.keys(required).every((name) => names[name] === required[name]),
        count: Object.keys(names).length === Object.keys(required).length,
        inside: Object.keys(inside).every((name) => insideImported[name] === inside[name]),
        marks: [required.remote, inside.remote].map(lent),
        class: required.ProcessIsolator.name,
      }));
    });`);
  const marks = ["Symbol(process-isolation.reference)"];
  expect(same).toEqual({ names: true, count: true, inside: true, marks: [marks, marks], class: "ProcessIsolator" });
});

test.runIf(process.platform !== "win32")(
  "a host that may open few files can load the package and isolate a module",
  async () => {
    const source = `
    const { isolate } = await import("process-isolation");
    const { api, isolator } = await isolate("node:path");
    console.log(await api.basename("/a/b"));
    await isolator.shutdown();`;
    const limited = 'ulimit -n 64 && exec "$0" --input-type=module --eval "$1"';
    const { stdout } = await run("/bin/sh", ["-c", limited, process.execPath, source], { cwd: repository });
    expect(stdout).toBe("b\n");
  },
);

test("nothing is installed beside the package", async () => {
  const manifest = (await import(join(repository, "package.json"), { with: { type: "json" } })).default;
  expect(manifest.dependencies ?? {}).toEqual({});
});

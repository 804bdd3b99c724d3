import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { rejection } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

describe("modules load as they were written:", () => {
  const isolator = useSharedIsolator();

  test("TypeScript", async () => {
    expect(await isolator().invoke(fixture("typed.ts"), "total", [[{ amount: 2 }, { amount: 3 }]])).toBe(5);
  });

  test("TypeScript, whose stacks point at the lines of its source", async () => {
    const error = (await rejection(isolator().invoke(fixture("typed.ts"), "fail"))) as Error;
    expect(error.message).toBe("on line 10");
    expect(error.stack).toMatch(/typed\.ts:10\b/);
  });

  test("CommonJS", async () => {
    expect(await isolator().invoke(fixture("common.cjs"), "multiply", [6, 7])).toBe(42);
    expect(await isolator().invoke(fixture("common.cjs"), "directory")).toBe("isolator");
  });

  test("built-in modules", async () => {
    expect(await isolator().invoke("node:path", "posix.join", ["a", "b"])).toBe("a/b");
  });
});

/** A project whose node_modules holds version `version` of a package. */
function useProjectWith(version: string): string {
  const project = useDirectory();
  const folder = join(project, "node_modules", "dependency");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "dependency", version, exports: "./main.mjs" }));
  writeFileSync(join(folder, "main.mjs"), `export const version = () => ${JSON.stringify(version)};`);
  return project;
}

test("two isolates use two versions of one dependency at once", async () => {
  const [one, two] = [useProjectWith("1.0.0"), useProjectWith("2.0.0")];
  const first = await useIsolator({ from: one });
  const second = await useIsolator({ from: pathToFileURL(join(two, "any-file.mjs")).href.replace("any-file.mjs", "") });
  expect(await first.invoke("dependency", "version")).toBe("1.0.0");
  expect(await second.invoke("dependency", "version")).toBe("2.0.0");
  expect(await first.invoke("dependency", "version")).toBe("1.0.0");
});

describe("the framework stays out of the module's sight:", () => {
  const isolator = useSharedIsolator();

  test.each(["@grpc/grpc-js", "@bufbuild/protobuf", "long", "tree-kill", "commander", "process-isolation"])(
    "%s cannot be required from a project that does not have it",
    async (name) => {
      const from = join(useDirectory(), "index.js");
      expect(await isolator().invoke(fixture("visible.mjs"), "canRequire", [from, name])).toBe(false);
    },
  );

  test("the global object has nothing that Node.js does not put there", async () => {
    const globals = await isolator().invoke<string[]>(fixture("visible.mjs"), "globals");
    expect(globals.filter((name) => !(name in globalThis))).toEqual([]);
  });

  test("the module cache does not show its files", async () => {
    const cached = await isolator().invoke<string[]>(fixture("visible.mjs"), "cached");
    expect(cached.filter((path) => path.includes(join("dist", "pihost", "main")))).toEqual([]);
    expect(cached.filter((path) => path.includes("node_modules"))).toEqual([]);
  });

  test("relative names do not reach into the framework's own folder", async () => {
    const error = await rejection(isolator().invoke("./main.cjs", "runPihost"));
    expect(error).toMatchObject({ code: "MODULE_NOT_FOUND" });
    expect(String(error)).toContain(dirname(join(process.cwd(), "x")));
  });
});

test("from is advised where it may have been left out, and not where another folder was given", async () => {
  const elsewhere = await useIsolator({ from: useDirectory() });
  const given = await rejection(elsewhere.invoke("./nowhere.mjs", "run"));
  expect(given).toMatchObject({ code: "MODULE_NOT_FOUND" });
  expect(String(given)).not.toContain("import.meta.url");
  expect(String(await rejection((await useIsolator()).invoke("./nowhere.mjs", "run")))).toContain(
    "give from: import.meta.url",
  );
});

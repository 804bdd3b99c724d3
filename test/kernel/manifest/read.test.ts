import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { defineKernel, readManifest } from "../../../src/kernel/manifest/index.js";
import { isolationError } from "../../helpers/rejection.js";
import { useDirectory } from "../../helpers/use-directory.js";
import { problemsOf, problemsOfObject, readYaml, useManifestFile } from "../use-manifest.js";

const ONE = { isolates: { a: { module: "./a.js" } } };

describe("sources", () => {
  test("an object is read as seen from the working directory, and has no places", async () => {
    const manifest = await readManifest(defineKernel(ONE));
    expect(manifest).toMatchObject({ name: "kernel", folder: process.cwd(), file: undefined });
    expect(manifest.isolates.get("a")?.module).toBe(pathToFileURL(join(process.cwd(), "a.js")).href);
    expect(manifest.isolates.get("a")?.where("module")).toBeUndefined();
  });

  test.each([
    ["pihost.yaml", "isolates: { a: { module: ./a.js } }"],
    ["pihost.yml", "isolates:\n  a:\n    module: ./a.js\n"],
    ["pihost.json", JSON.stringify(ONE, null, "\t")],
    ["pihost.mjs", `export default ${JSON.stringify(ONE)};`],
    ["pihost.js", `module.exports = ${JSON.stringify(ONE)};`],
    ["pihost.cjs", `exports.manifest = ${JSON.stringify(ONE)};`],
    ["other.mjs", `export const manifest = ${JSON.stringify(ONE)};`],
    [
      "compiled.cjs",
      `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = ${JSON.stringify(ONE)};`,
    ],
  ])("%s is read as seen from its folder", async (name, text) => {
    const folder = useDirectory();
    const file = join(folder, name);
    writeFileSync(file, text);
    for (const source of [file, pathToFileURL(file), pathToFileURL(file).href]) {
      const manifest = await readManifest(source);
      expect(manifest).toMatchObject({ folder, file });
      expect(manifest.isolates.get("a")?.module).toBe(pathToFileURL(join(folder, "a.js")).href);
    }
  });

  test("a folder stands for the manifest in it", async () => {
    const file = useManifestFile(JSON.stringify(ONE), "pihost.json");
    expect((await readManifest(join(file, ".."))).file).toBe(file);
  });

  test("a folder without a manifest is refused, with the names that are looked for", async () => {
    const { message } = await isolationError(readManifest(useDirectory()));
    expect(message).toContain("a folder that has one of pihost.yaml, pihost.yml");
  });

  test.each([
    ["a file that is not there", "/nowhere/pihost.yaml"],
    ["an address that is no file", new URL("https://example.com/pihost.yaml")],
    ["an empty path", ""],
  ])("%s is refused", async (_, source) => {
    expect((await isolationError(readManifest(source))).message).toMatch(/^INVALID_OPTION: manifest must be /);
  });

  test("a file of another kind is refused, with the kinds that there are", async () => {
    expect(await problemsOf("x", "pihost.toml")).toEqual([expect.stringContaining(".yaml, .yml, .json, .ts")]);
  });

  test.each([[undefined], [null], [7], [true]])("%s is no manifest", async (value) => {
    expect(await problemsOfObject(value)).toEqual([expect.stringMatching(/^manifest must be an object, or the path/)]);
  });

  test("a module that exports no manifest is refused, with what it exports", async () => {
    expect(await problemsOf("export const kernel = {};", "pihost.mjs")).toEqual([
      'pihost.mjs must export the manifest as default or as "manifest"; it exports kernel',
    ]);
  });

  test("a module that throws is refused with what it threw", async () => {
    const error = await isolationError(readManifest(useManifestFile("throw new RangeError('no');", "pihost.mjs")));
    expect(error.message).toMatch(/pihost\.mjs cannot be loaded: RangeError: no$/);
    expect(error.cause).toMatchObject({ message: "no" });
  });

  test("the mistakes of a module are told with its file, which has no lines any more", async () => {
    const [problem] = await problemsOf("export default { isolates: { a: {} } };", "pihost.mjs");
    expect(problem).toMatch(/^pihost\.mjs: isolates\.a\.module must be .*; it is missing$/);
  });
});

describe("the kernel's name", () => {
  test("is that of the file's folder, without what a name may not have", async () => {
    const folder = join(useDirectory(), "my shop!");
    mkdirSync(folder);
    writeFileSync(join(folder, "pihost.json"), JSON.stringify(ONE));
    expect((await readManifest(folder)).name).toBe("my-shop-");
  });

  test("is what the manifest says", async () => {
    expect((await readYaml("name: shop\nisolates: { a: { module: ./a.js } }")).name).toBe("shop");
    expect((await readYaml("name: shop\nisolates: { a: { module: ./a.js } }")).tree.name).toBe("shop");
  });
});

describe("YAML", () => {
  test("what is no YAML is refused with line and column", async () => {
    expect(await problemsOf("isolates:\n  a: [\n")).toEqual([expect.stringMatching(/^pihost\.yaml:3:1: /)]);
  });

  test("a key that is there twice is refused", async () => {
    expect(await problemsOf("isolates:\n  a: { module: ./a.js }\n  a: { module: ./b.js }\n")).toEqual([
      "pihost.yaml:3:3: Map keys must be unique",
    ]);
  });

  test("a tag that nobody knows is refused: its value would be another than meant", async () => {
    expect(await problemsOf("name: !secret shop\n")).toEqual(["pihost.yaml:1:7: Unresolved tag: !secret"]);
  });

  test("aliases and merge keys share fields, and a mistake is told where it is written", async () => {
    const text = [
      "isolates:",
      "  a: { module: ./a.js, limits: &small { cpu: 50 } }",
      "  b: { module: ./b.js, limits: { <<: *small, pids: 100 } }",
      "  c: { module: ./c.js, limits: *small }",
    ].join("\n");
    const { isolates } = await readYaml(text);
    expect(isolates.get("b")?.options.limits).toEqual({ cpu: 50, pids: 100 });
    expect(isolates.get("c")?.options.limits).toEqual({ cpu: 50 });
    expect(await problemsOf(text.replace("cpu: 50", "cpu: 0"))).toContainEqual(
      expect.stringMatching(/^pihost\.yaml:2:46: isolates\.c\.limits\.cpu must be /),
    );
  });

  test("aliases that stand for gigabytes are refused", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 10; level++) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    }
    expect(await problemsOf(lines.join("\n"))).toEqual([expect.stringMatching(/cannot be read as YAML: .*alias/)]);
  });

  test("a text that is nested without end is refused", async () => {
    const deep = "[".repeat(5_000);
    expect((await problemsOf(deep, "pihost.json"))[0]).toContain("pihost.json:");
    const lists = deep + "]".repeat(5_000);
    const maps = '{ "a": '.repeat(500) + "1" + "}".repeat(500);
    for (const text of [lists, maps]) {
      for (const name of ["pihost.yaml", "pihost.json"])
        expect(await problemsOf(text, name)).toEqual([`${name}: it is nested too deep`]);
    }
    for (const text of [deep, "- ".repeat(500) + "a", `? ${"? ".repeat(500)}a`])
      expect(await problemsOf(text)).toEqual(["pihost.yaml: it is nested too deep"]);
  });

  test("a text that is nested as deep as anybody would is read", async () => {
    const text = `{"isolates": {"a": {"module": "./a.js", "data": {"k": ${"[".repeat(100)}${"]".repeat(100)}}}}}`;
    for (const name of ["pihost.yaml", "pihost.json"]) {
      const { isolates } = await readManifest(useManifestFile(text, name));
      expect(isolates.get("a")?.data).toHaveProperty("k");
    }
  });

  test("a text that is too large is refused", async () => {
    expect(await problemsOf(`#${"x".repeat(5_000_000)}`)).toEqual([
      expect.stringMatching(/cannot be read: it has 5000001 bytes, and may have 4194304$/),
    ]);
  });

  test("an empty file is refused", async () => {
    expect(await problemsOf("")).toEqual([expect.stringContaining("the manifest must be an object")]);
  });
});

describe("JSON", () => {
  test("what is no JSON is refused with line and column", async () => {
    expect(await problemsOf('{\n\t"name": shop\n}', "pihost.json")).toEqual([
      'pihost.json:2:10: this is no JSON: unexpected "s"',
    ]);
    expect(await problemsOf('{"name": "x"', "pihost.json")).toEqual([
      "pihost.json:1:13: this is no JSON: it ends too early",
    ]);
  });

  test("a key that is there twice is refused, which JSON.parse would take", async () => {
    expect(await problemsOf('{\n\t"name": "a",\n\t"name": "b"\n}', "pihost.json")).toEqual([
      "pihost.json:3:2: the key is there twice",
    ]);
  });

  test("a mistake is told with line and column", async () => {
    const text = '{\n\t"isolates": {\n\t\t"a": {\n\t\t\t"module": "./a.js",\n\t\t\t"standby": 65\n\t\t}\n\t}\n}';
    expect(await problemsOf(text, "pihost.json")).toEqual([
      "pihost.json:5:15: isolates.a.standby must be a whole number from 0 to 64; received 65",
    ]);
  });

  test("a byte order mark is passed over, and the address of the schema is allowed", async () => {
    const text = `\uFEFF${JSON.stringify({ $schema: "./kernel.schema.json", ...ONE })}`;
    expect((await readManifest(useManifestFile(text, "pihost.json"))).isolates.size).toBe(1);
  });
});

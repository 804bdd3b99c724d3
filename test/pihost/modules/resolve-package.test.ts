import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { resolvePackageFile } from "../../../pihost/modules/resolve-package.js";
import { useProject } from "./bundled-loader.js";

const URL_MODULE = "export default import.meta.url;";
const manifest = (value: unknown) => JSON.stringify(value);

/** What Node itself resolves each specifier to, for an ES module in `root`; null where it finds nothing. */
function resolveByNode(root: string, specifiers: string[]): (string | null)[] {
  const list = JSON.stringify(specifiers);
  const program = `const all = [];
    for (const specifier of ${list}) all.push(await import(specifier).then((m) => m.default.url ?? m.default, () => null));
    process.stdout.write(JSON.stringify(all));`;
  const flags = ["--conditions=custom", "--input-type=module", "-e", program];
  return JSON.parse(execFileSync(process.execPath, flags, { cwd: root, encoding: "utf8" })) as (string | null)[];
}

describe("resolvePackageFile", () => {
  test("finds what Node finds, and nothing where Node finds nothing", () => {
    const cjs = "module.exports = { url: require('node:url').pathToFileURL(__filename).href };";
    const root = useProject({
      "package.json": manifest({
        name: "self",
        type: "module",
        exports: { ".": "./own.js", "./deep/*.js": "./deep/*.js" },
        imports: {
          "#own": "./own.js",
          "#dep": "conditional",
          "#dep/*": "patterns/*",
          "#custom": { custom: "./own.js" },
          "#both": { require: "./none.js", default: "./deep/a.js" },
        },
      }),
      "own.js": URL_MODULE,
      "deep/a.js": URL_MODULE,
      "node_modules/conditional/package.json": manifest({
        exports: {
          require: "./r.cjs",
          node: { custom: null, import: "./i.mjs" },
          import: "./i.mjs",
          default: "./d.mjs",
        },
      }),
      "node_modules/conditional/i.mjs": URL_MODULE,
      "node_modules/custom/package.json": manifest({ exports: { custom: "./c.mjs", default: "./d.mjs" } }),
      "node_modules/custom/c.mjs": URL_MODULE,
      "node_modules/custom/d.mjs": URL_MODULE,
      "node_modules/patterns/package.json": manifest({
        exports: {
          "./*": "./src/*.mjs",
          "./a/*": "./src/long/*.mjs",
          "./a/*/z": "./src/longest/*/*.mjs",
          "./private/*": null,
          "./list": ["bad", { require: "./r.cjs" }, "./src/list.mjs"],
          "./spaced": "./src/a%20b.mjs",
          "./missing": "./src/none.mjs",
        },
      }),
      "node_modules/patterns/src/x.mjs": URL_MODULE,
      "node_modules/patterns/src/long/x.mjs": URL_MODULE,
      "node_modules/patterns/src/longest/x/x.mjs": URL_MODULE,
      "node_modules/patterns/src/private/x.mjs": URL_MODULE,
      "node_modules/patterns/src/list.mjs": URL_MODULE,
      "node_modules/patterns/src/a b.mjs": URL_MODULE,
      "node_modules/@scope/main/package.json": manifest({ main: "./lib" }),
      "node_modules/@scope/main/lib/index.js": cjs,
      "node_modules/@scope/main/other.js": cjs,
      "node_modules/bare/index.js": cjs,
      "node_modules/broken-main/package.json": manifest({ main: "./gone" }),
      "node_modules/broken-main/index.js": cjs,
      "node_modules/empty/package.json": "{}",
      "node_modules/closed/package.json": manifest({ exports: {} }),
      "node_modules/closed/index.js": cjs,
      "node_modules/nothing/package.json": manifest({ exports: null }),
      "node_modules/nothing/index.js": cjs,
    });
    const specifiers = [
      ...[
        "self",
        "self/deep/a.js",
        "self/deep/b.js",
        "self/own.js",
        "#own",
        "#dep",
        "#dep/x",
        "#custom",
        "#both",
        "#none",
      ],
      ...["conditional", "conditional/i.mjs", "custom", "patterns", "patterns/x", "patterns/a/x", "patterns/a/x/z"],
      ...["patterns/private/x", "patterns/list", "patterns/spaced", "patterns/missing", "patterns/gone", "@scope/main"],
      ...[
        "@scope/main/other.js",
        "@scope/main/other",
        "@scope",
        "bare",
        "bare/index.js",
        "broken-main",
        "empty",
        "closed",
      ],
      ...["closed/index.js", "nothing", "not-there", ".hidden", "bad%2fname"],
    ];
    process.execArgv.push("--conditions=custom");
    try {
      const ours = specifiers.map((specifier) => {
        const file = resolvePackageFile(specifier, root);
        return [specifier, file === undefined ? null : pathToFileURL(file).href];
      });
      const theirs = resolveByNode(root, specifiers);
      expect(ours).toEqual(specifiers.map((specifier, index) => [specifier, theirs[index]]));
      expect(theirs.filter((url) => url !== null).length).toBeGreaterThan(15);
    } finally {
      process.execArgv.pop();
    }
  });

  test("a package is searched for in the folders above", () => {
    const root = useProject({ "node_modules/up/index.js": "", "a/b/c.js": "", "a/node_modules/near/index.js": "" });
    expect(resolvePackageFile("up", join(root, "a/b"))).toBe(join(root, "node_modules/up/index.js"));
    expect(resolvePackageFile("near", join(root, "a/b"))).toBe(join(root, "a/node_modules/near/index.js"));
  });
});

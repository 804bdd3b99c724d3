import { createHash } from "node:crypto";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { nodes } from "./use-nodes.js";

const EVIL = "globalThis.ran = true; module.exports = { verdict: () => 'evil' };\n";
const EVIL_ESM = "globalThis.ran = true; export const verdict = () => 'evil';\n";

/** Ways to a file `name` from a module that may run, as the body of an async function. */
const ROUTES = {
  createRequire: "createRequire(import.meta.url)('./evil.cjs')",
  "an absolute path": "createRequire('/')(here('evil.cjs'))",
  "Module._load": "Module._load(here('evil.cjs'), null, false)",
  "a module object of its own": "new Module(here('evil.cjs'), null).load(here('evil.cjs'))",
  "a require of a require": "createRequire(import.meta.url)('./other.cjs')",
  "a symbolic link": "createRequire(import.meta.url)('./link.cjs')",
  "a link in import()": "import('./link.cjs')",
  "another path to it": "createRequire(import.meta.url)('./folder/../evil.cjs')",
  "another extension's loader":
    "createRequire(import.meta.url).extensions['.cjs'] = createRequire(import.meta.url).extensions['.js'], createRequire(import.meta.url)('./evil.cjs')",
  "import()": "import('./evil.cjs')",
  "import() with a query": "import('./evil.cjs?1')",
  "import() with a fragment": "import('./evil.mjs#1')",
  "import() of an encoded URL": "import(new URL('./%65vil.mjs', import.meta.url))",
  "import() of an ES module": "import('./evil.mjs')",
  "import() in vm":
    "vm.runInThisContext('(path) => import(path)', { importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER })(new URL('./evil.mjs', import.meta.url).href)",
} as const;

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

describe.each(nodes)("on Node %i a file that integrity names with other bytes does not run", (_, execPath) => {
  test.each(Object.entries(ROUTES))("by %s", async (_, route) => {
    const from = useDirectory();
    const caller = `
      import Module, { createRequire } from "node:module";
      import vm from "node:vm";
      import { fileURLToPath } from "node:url";
      const here = (name) => fileURLToPath(new URL(name, import.meta.url));
      export async function go() {
        try { await (${route}); return "loaded"; } catch (error) { return [String(error.message), globalThis.ran === true]; }
      }`;
    const files = {
      "caller.mjs": caller,
      "evil.cjs": EVIL,
      "evil.mjs": EVIL_ESM,
      "other.cjs": "require('./evil.cjs');",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(from, name), text);
    symlinkSync("evil.cjs", join(from, "link.cjs"));
    symlinkSync(".", join(from, "folder"));
    const wrong = "0".repeat(64);
    const isolator = await useIsolator({
      from,
      execPath,
      integrity: {
        sha256: {
          "./caller.mjs": digestOf(caller),
          ...{ "./evil.cjs": wrong, "./evil.mjs": wrong },
        },
      },
    });
    expect(await isolator.invoke("./caller.mjs", "go")).toEqual([expect.stringMatching(/evil\./), false]);
  });

  test("and with the right ones it does, also after it was required", async () => {
    const from = useDirectory();
    const good = "\uFEFFmodule.exports = { verdict: () => 'good' };\n";
    const caller =
      'import { createRequire } from "node:module";\nexport const go = () => createRequire(import.meta.url)("./good.cjs").verdict();';
    writeFileSync(join(from, "good.cjs"), good);
    writeFileSync(join(from, "caller.mjs"), caller);
    const sha256 = { "./caller.mjs": digestOf(caller), "./good.cjs": digestOf(good) };
    const isolator = await useIsolator({ from, execPath, integrity: { sha256 } });
    expect(await isolator.invoke("./caller.mjs", "go")).toBe("good");
    expect(await isolator.invoke("./good.cjs", "verdict")).toBe("good");
  });
});

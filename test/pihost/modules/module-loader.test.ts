import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { NODES, useBundledLoader, useProject } from "./bundled-loader.js";

const EVALUATED = "globalThis.evaluated = (globalThis.evaluated ?? 0) + 1;";
const play = useBundledLoader();

describe.each(NODES)("on $label", ({ major, execPath }) => {
  const node = execPath ?? "";
  const onNode = test.skipIf(execPath === undefined);

  onNode("every form of name leads to the module, with no word on stderr", async () => {
    const root = useProject({
      "package.json": JSON.stringify({ name: "me", exports: { "./a": "./a.mjs" }, imports: { "#a": "./a.mjs" } }),
      "a.mjs": "export const id = () => 'a';",
      "sub/main.js": "",
      "node_modules/esm-only/package.json": JSON.stringify({
        exports: { ".": { import: "./x.mjs" }, "./s/*": "./x.mjs" },
      }),
      "node_modules/esm-only/x.mjs": "export const id = () => 'esm-only';",
      "node_modules/@scope/old/package.json": JSON.stringify({ main: "lib" }),
      "node_modules/@scope/old/lib/index.js": "exports.id = () => 'old';",
    });
    const names = ["../a.mjs", join(root, "a.mjs"), pathToFileURL(join(root, "a.mjs")).href, "me/a", "#a"];
    const packages = ["esm-only", "esm-only/s/any", "@scope/old", "@scope/old/lib/index.js"];
    const steps = [...names, ...packages].map((load) => ({ load, path: "id" }));
    const builtins = ["node:path", "path"].map((load) => ({ load, path: "posix.join", args: ["a", "b"] }));
    const { outcomes, stderr } = await play(node, join(root, "sub/main.js"), [...steps, ...builtins]);
    expect(outcomes.map((outcome) => outcome.value ?? outcome.error?.message)).toEqual([
      ...["a", "a", "a", "a", "a", "esm-only", "esm-only", "old", "old", "a/b", "a/b"],
    ]);
    expect(stderr).toBe("");
  });

  onNode.each(["with space", "hash#sign", "per%20cent", "ünïcödé 漢字", "que?stion"])(
    "`from` may be a folder named %j",
    async (name) => {
      const root = useProject(
        {
          [`${name}.mjs`]: "export const url = import.meta.url;",
          "node_modules/pkg/package.json": JSON.stringify({ exports: { import: "./i.mjs" } }),
          "node_modules/pkg/i.mjs": "export const id = 1;",
          "aliased.mjs": "export const id = 2;",
          "package.json": JSON.stringify({ imports: { "#alias": "./aliased.mjs" } }),
        },
        { name },
      );
      const url = pathToFileURL(join(root, `${name}.mjs`)).href;
      const steps = [
        { load: `./${name}.mjs`, path: "url" },
        { load: "pkg", path: "id" },
        { load: "#alias", path: "id" },
      ];
      for (const from of [root, pathToFileURL(join(root, "not-there.js")).href]) {
        const { outcomes } = await play(node, from, steps);
        expect(outcomes.map((outcome) => outcome.value ?? outcome.error?.message)).toEqual([url, 1, 2]);
      }
    },
  );

  onNode("loads of one module by whatever name share one evaluation, and prepare once", async () => {
    const root = useProject({ "a.mjs": EVALUATED, "package.json": JSON.stringify({ imports: { "#a": "./a.mjs" } }) });
    symlinkSync(join(root, "a.mjs"), join(root, "link.mjs"));
    const names = ["./a.mjs", "./a.mjs", "#a", "./link.mjs", join(root, "a.mjs")];
    const { outcomes } = await play(node, root, [{ loadTogether: names }, { global: "evaluated" }]);
    expect(outcomes.map((outcome) => outcome.value)).toEqual([{ same: true, preparations: 1 }, 1]);
  });

  onNode("a failed preparation fails that load, and the next load prepares again", async () => {
    const root = useProject({ "a.mjs": "export const id = 1;" });
    const step = { load: "./a.mjs", path: "id" };
    const { outcomes } = await play(node, root, [step, step], { failFirstPreparation: true });
    expect(outcomes).toMatchObject([{ error: { message: "not yet" } }, { value: 1 }]);
  });

  onNode("a module that is not there is MODULE_NOT_FOUND and says what was tried and what may be meant", async () => {
    const root = useProject({
      "add.js": "",
      "folder/index.mjs": "",
      "data.json": "{}",
      "node_modules/closed/package.json": JSON.stringify({ exports: { "./open": "./open.js" } }),
    });
    const names = ["./add", "./ad.js", "add.js", "./folder", join(root, "folder"), "nowhere", "closed/shut", "#none"];
    const rest = ["node:nope", "https://x.test/a.js", "file://host/%2f"];
    const { outcomes } = await play(
      node,
      root,
      [...names, ...rest].map((load) => ({ load })),
    );
    const messages = outcomes.map((outcome) => outcome.error?.message ?? "");
    expect(outcomes.map((outcome) => outcome.error?.code)).toEqual(messages.map(() => "MODULE_NOT_FOUND"));
    for (const message of messages) expect(message).toContain(root);
    expect(messages.slice(0, 3).every((message) => message.includes('did you mean "./add.js"?'))).toBe(true);
    expect(messages[3]).toMatch(/is a directory; name a file in it; did you mean ".\/folder\/index.mjs"\?/);
    expect(messages[4]).toMatch(/is a directory/);
    expect(messages[5]).toContain(`looked in ${join(root, "node_modules")}`);
    expect(messages[6]).toContain('"./shut" is not defined by "exports"'.replaceAll('"./shut"', "'./shut'"));
    expect(messages[7]).toContain('"#none" is not defined');
    expect(messages[8]).toContain(`Node.js v`);
    expect(messages[9]).toContain("only file: and node: URLs");
    expect(messages[10]).toContain("not a valid file URL");
  });

  onNode("a module whose own import is missing is MODULE_FAILED with Node's error as cause", async () => {
    const root = useProject({
      "a.mjs": "import './missing.mjs';",
      "b.mjs": "import 'no-such-package';",
      "c.cjs": "require('./missing.cjs');",
      "node_modules/pkg/package.json": JSON.stringify({ type: "module", main: "./i.js" }),
      "node_modules/pkg/i.js": "import 'no-such-package';",
    });
    const { outcomes } = await play(
      node,
      root,
      ["./a.mjs", "./b.mjs", "./c.cjs", "pkg"].map((load) => ({ load })),
    );
    for (const { error } of outcomes) {
      expect(error?.code).toBe("MODULE_FAILED");
      expect(error?.cause?.code).toMatch(/MODULE_NOT_FOUND$/);
      expect(error?.message).toContain(root);
    }
  });

  onNode("what a module throws while it loads is the cause, whatever it is", async () => {
    const root = useProject({
      "error.mjs": "throw new RangeError('out of cheese');",
      "string.cjs": "throw 'plain';",
      "nothing.mjs": "throw null;",
      "json.mjs": "JSON.parse('{')",
    });
    const names = ["./error.mjs", "./string.cjs", "./nothing.mjs", "./json.mjs"];
    const { outcomes } = await play(
      node,
      root,
      names.map((load) => ({ load })),
    );
    expect(outcomes).toMatchObject([
      { error: { code: "MODULE_FAILED", cause: { name: "RangeError", message: "out of cheese" } } },
      { error: { code: "MODULE_FAILED", cause: { thrown: "plain" } } },
      { error: { code: "MODULE_FAILED", cause: { thrown: null } } },
      { error: { code: "MODULE_FAILED", cause: { name: "SyntaxError" } } },
    ]);
    expect(outcomes[0]?.error?.message).toContain("RangeError: out of cheese");
    expect(outcomes[1]?.error?.message).toContain('it threw "plain"');
  });

  onNode("a syntax error is MODULE_FAILED and its file and line are told", async () => {
    const broken = "#!/usr/bin/env node\nimport { a } from './fine.mjs';\nexport const b = ;\n";
    const root = useProject({
      "fine.mjs": "export const a = import.meta.url; export default class {}\nawait 1;",
      "broken.mjs": broken,
      "through.mjs": "import fine, {\n  a,\n} from './fine.mjs';\nexport { fine };\nexport * from './deep/broken.mjs';",
      "deep/broken.mjs": broken,
      "broken.cjs": "exports.a = 1;\nexports.b = ;",
      "unnamed.mjs": "import { nope } from './fine.mjs';",
    });
    const names = ["./broken.mjs", "./through.mjs", "./broken.cjs", "./unnamed.mjs"];
    const { outcomes } = await play(
      node,
      root,
      names.map((load) => ({ load })),
    );
    for (const { error } of outcomes)
      expect(error).toMatchObject({ code: "MODULE_FAILED", cause: { name: "SyntaxError" } });
    expect(outcomes[0]?.error?.message).toContain(`Unexpected token ';' at ${join(root, "broken.mjs")}:3`);
    expect(outcomes[1]?.error?.message).toContain(`at ${join(root, "deep/broken.mjs")}:3`);
    expect(outcomes[2]?.error?.cause?.stack).toContain(`${join(root, "broken.cjs")}:2`);
    expect(outcomes[3]?.error?.cause?.stack).toContain("unnamed.mjs:1");
  });

  onNode("JSON and names that are no names are refused clearly", async () => {
    const root = useProject({ "data.json": "{}" });
    const { outcomes } = await play(node, root, [{ load: "./data.json" }, { load: "" }, { load: 42 as never }]);
    expect(outcomes).toMatchObject([
      { error: { code: "MODULE_FAILED", message: expect.stringContaining("JSON modules are not supported") } },
      { error: { code: "INVALID_OPTION", message: expect.stringContaining('received ""') } },
      { error: { code: "INVALID_OPTION", message: expect.stringContaining("received 42") } },
    ]);
  });

  onNode("it works under the permission model with only the project readable", async () => {
    const root = useProject({
      "a.mjs": "export { id } from 'pkg';",
      "node_modules/pkg/package.json": JSON.stringify({ exports: { import: "./i.mjs" } }),
      "node_modules/pkg/i.mjs": "export const id = 1;",
    });
    const steps = [
      { load: "./a.mjs", path: "id" },
      { load: "pkg", path: "id" },
    ];
    const permissionFlag = major < 22 ? "--experimental-permission" : "--permission";
    const { outcomes } = await play(node, root, steps, { permissionFlag });
    expect(outcomes).toMatchObject([{ value: 1 }, { value: 1 }]);
  });
});

test("a module that was missing is found once it is there", async () => {
  const root = useProject({});
  mkdirSync(join(root, "later"));
  const writer = `import { writeFileSync } from "node:fs"; export const write = () => writeFileSync(${JSON.stringify(join(root, "later/a.mjs"))}, "export const id = 1;");`;
  writeFileSync(join(root, "writer.mjs"), writer);
  const step = { load: "./later/a.mjs", path: "id" };
  const { outcomes } = await play(process.execPath, root, [step, { load: "./writer.mjs", path: "write" }, step]);
  expect(outcomes).toMatchObject([{ error: { code: "MODULE_NOT_FOUND" } }, { isUndefined: true }, { value: 1 }]);
});

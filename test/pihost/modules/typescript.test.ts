import { describe, expect, test } from "vitest";
import { NODES, useBundledLoader, useProject } from "./bundled-loader.js";

const play = useBundledLoader();
const EVALUATED = "(globalThis as any).evaluated = ((globalThis as any).evaluated ?? 0) + 1;";
const PLAIN = `interface Pair {
  a: number;
}
${EVALUATED}
export function add({ a }: Pair, b: number): number { return a + b }
export function fail(): never {
  throw new Error("failed");
}
`;
const ENUM = "export enum Colour { Red = 7 }\nexport const red = (): number => Colour.Red;\n";
const PACKAGE_OF_ES_MODULES = { "package.json": '{ "type": "module" }' };

const none = (_title: string, _test: () => unknown): void => {};

describe.each(NODES)("on $label", ({ major, execPath }) => {
  const node = execPath ?? "";
  const onNode = test.skipIf(execPath === undefined);
  // What is about other Nodes is no test here.
  const onStrippingNode = major < 22 ? none : onNode;
  const onOldNode = major >= 22 ? none : onNode;

  onStrippingNode("plain types need nothing installed, and stacks have the lines of the source", async () => {
    const root = useProject({
      ...PACKAGE_OF_ES_MODULES,
      "m.ts": PLAIN,
      "c.cts": `${EVALUATED}\nexports.f = (x: number): number => x;`,
    });
    const { outcomes, stderr } = await play(node, root, [
      { load: "./m.ts", path: "add", args: [{ a: 1 }, 2] },
      { load: "./m.ts", path: "fail" },
      { load: "./c.cts", path: "f", args: [5] },
      { global: "evaluated" },
    ]);
    expect(outcomes.map((outcome) => outcome.value)).toEqual([3, undefined, 5, 2]);
    expect(outcomes[1]?.error?.stack).toMatch(/m\.ts:7:9/);
    expect(stderr).not.toContain("Error");
  });

  onOldNode("without tsx the error names the file, this Node and what to install", async () => {
    const root = useProject({ "m.ts": PLAIN });
    const { outcomes } = await play(node, root, [{ load: "./m.ts" }]);
    expect(outcomes[0]?.error).toMatchObject({ code: "MODULE_FAILED", cause: { code: "ERR_UNKNOWN_FILE_EXTENSION" } });
    expect(outcomes[0]?.error?.message).toContain(`${root}/m.ts`);
    expect(outcomes[0]?.error?.message).toMatch(
      /Node\.js v20\.\S+ does not load TypeScript: .*npm install --save-dev tsx.*>= 22\.18/,
    );
  });

  onStrippingNode(
    "without tsx, what stripping cannot do keeps Node's error as cause and says what would help",
    async () => {
      const root = useProject({
        ...PACKAGE_OF_ES_MODULES,
        "enum.ts": ENUM,
        "alias.ts": "import './dep.js';",
        "dep.ts": "",
        "node_modules/shipped/package.json": '{ "main": "i.ts" }',
        "node_modules/shipped/i.ts": "export const x: number = 1;",
      });
      const { outcomes } = await play(
        node,
        root,
        ["./enum.ts", "./alias.ts", "shipped"].map((load) => ({ load })),
      );
      expect(outcomes.map((outcome) => outcome.error?.cause?.code)).toEqual([
        "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
        "ERR_MODULE_NOT_FOUND",
        "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING",
      ]);
      for (const { error } of outcomes) expect(error?.message).toContain("MODULE_FAILED: ");
      for (const { error } of outcomes) expect(error?.message).toContain("npm install --save-dev tsx");
    },
  );

  onNode("the project's tsx loads what this Node cannot, once, with the lines of the source", async () => {
    const root = useProject(
      {
        ...PACKAGE_OF_ES_MODULES,
        "m.ts": PLAIN,
        "enum.ts": `${EVALUATED}\n${ENUM}export function fail(): never { throw new Error("failed") }\n`,
        "through.ts": `${EVALUATED}\nexport { red } from "./lib/enum.js";`,
        "lib/enum.ts": ENUM,
        "node_modules/shipped/package.json": '{ "type": "module", "exports": { "import": "./i.ts" } }',
        "node_modules/shipped/i.ts": `${EVALUATED}\nexport const x: number = 1;`,
      },
      { tsx: true },
    );
    const { outcomes } = await play(
      node,
      root,
      [
        { load: "./enum.ts", path: "red" },
        { load: "./enum.ts", path: "fail" },
        { load: "./m.ts", path: "add", args: [{ a: 1 }, 2] },
        { load: "./m.ts", path: "fail" },
        { load: "shipped", path: "x" },
        { load: "./through.ts", path: "red" },
        { global: "evaluated" },
      ],
      { sourceMaps: true },
    );
    const values = outcomes.map(({ value, error }) => value ?? error?.message);
    expect(values).toEqual([7, "failed", 3, "failed", 1, 7, 4]);
    expect(outcomes[1]?.error?.stack).toMatch(/enum\.ts:4:\d+/);
    expect(outcomes[3]?.error?.stack).toMatch(/m\.ts:7:\d+/);
  });

  onNode("tsx takes over when only an import of the module is beyond this Node, and nothing runs twice", async () => {
    const root = useProject(
      {
        ...PACKAGE_OF_ES_MODULES,
        "through.ts": `${EVALUATED}\nexport { red } from "./enum.ts";`,
        "enum.ts": `${EVALUATED}\n${ENUM}`,
        "legacy/package.json": '{ "type": "commonjs" }',
        "legacy/main.ts": `import { kind } from "./kind";\n${EVALUATED}\nexport default () => kind;`,
        "legacy/kind.ts": `${EVALUATED}\nexport const kind: string = "cjs";`,
      },
      { tsx: true },
    );
    for (const [load, path, value] of [
      ["./through.ts", "red", 7],
      ["./legacy/main.ts", "default", "cjs"],
    ] as const) {
      const { outcomes } = await play(node, root, [{ load, path }, { global: "evaluated" }]);
      expect(outcomes.map((outcome) => outcome.value ?? outcome.error?.message)).toEqual([value, 2]);
    }
  });

  onNode("CommonJS in TypeScript works through tsx", async () => {
    const root = useProject(
      { "c.cts": `${EVALUATED}\nexport = { add(a: number, b: number): number { return a + b } };` },
      { tsx: true },
    );
    const steps = [{ load: "./c.cts", path: "add", args: [1, 2] }, { global: "evaluated" }];
    const { outcomes } = await play(node, root, steps);
    expect(outcomes.map((outcome) => outcome.value ?? outcome.error?.message)).toEqual([3, 1]);
  });

  onNode("a module that throws while it runs is not run again through tsx", async () => {
    const root = useProject(
      { ...PACKAGE_OF_ES_MODULES, "m.ts": `${EVALUATED}\nJSON.parse("{") as unknown;\nexport {};` },
      { tsx: true },
    );
    const { outcomes } = await play(node, root, [{ load: "./m.ts" }, { global: "evaluated" }]);
    expect(outcomes).toMatchObject([
      { error: { code: "MODULE_FAILED", cause: { name: "SyntaxError" } } },
      { value: 1 },
    ]);
  });

  onNode("a syntax error in TypeScript tells its file and line", async () => {
    const root = useProject(
      { ...PACKAGE_OF_ES_MODULES, "m.ts": "const a: number = 3;\nexport const b = ;\n" },
      { tsx: true },
    );
    const { outcomes } = await play(node, root, [{ load: "./m.ts" }]);
    expect(outcomes[0]?.error?.message + (outcomes[0]?.error?.cause?.stack ?? "")).toContain("m.ts:2");
  });
});

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { type Fence, fencesOf, REPOSITORY, readDocument } from "./markdown.js";
import { type Project, useProject } from "./use-project.js";

/** The blocks that are not run, by their first command: one needs a registry, the others are this repository's own. */
const NOT_RUN = ["npm install process-isolation", "npm run demo", "npm run bench"];

/** What a block needs that not every machine has. */
const GRPCURL = /^grpcurl /m;

const LANGUAGES = ["js", "ts", "sh"];

/** Files that programs read, where a block is one. */
const READ_BY_PROGRAMS = ["yaml", "proto"];

/** The documents whose blocks are programs; those of the others are excerpts. */
const WITH_PROGRAMS = [
  "README.md",
  "docs/architecture.md",
  "docs/dashboard.md",
  "docs/protocol.md",
  "docs/errors.md",
  "docs/kernel.md",
  "docs/plugins.md",
  "docs/pools.md",
  "docs/telemetry.md",
  "docs/termination.md",
];

/** A block whose first line is a comment with a file name is that file: `// plugin.ts`, `# pihost.yaml`. */
function fileNameOf({ text }: Fence): string | undefined {
  return /^(?:\/\/|#) ([\w.-]+\.(?:m?[jt]s|yaml|proto))\n/.exec(text)?.[1];
}

/** What a block says it prints: the text after each arrow, in order. */
function shownOutput({ text }: Fence): string[] {
  return [...text.matchAll(/(?:\/\/|#) → (.*)$/gm)].map((match) => match[1] ?? "");
}

function isReadByPrograms(fence: Fence): boolean {
  return READ_BY_PROGRAMS.includes(fence.language) && fileNameOf(fence) !== undefined;
}

interface Block extends Fence {
  readonly document: string;
  readonly file: string;
}

const blocks: Block[] = WITH_PROGRAMS.flatMap((document) =>
  fencesOf(readDocument(document))
    .filter((fence) => LANGUAGES.includes(fence.language) || isReadByPrograms(fence))
    .map((fence) => ({
      ...fence,
      document,
      file: fileNameOf(fence) ?? `block-${document.replaceAll(/\W/g, "-")}-${fence.line}.${fence.language}`,
    })),
);
const files = new Map(blocks.map(({ file, text }) => [file, text]));
const runs = blocks.filter((block) => shownOutput(block).length > 0);

/** The folder of a grpcurl, built where that is possible; `undefined` where not. */
async function findGrpcurl(): Promise<string | undefined> {
  const script = pathToFileURL(join(REPOSITORY, "scripts/grpcurl.mjs")).href;
  const { ensureGrpcurl } = (await import(script)) as { ensureGrpcurl(): Promise<string | undefined> };
  const path = await ensureGrpcurl();
  return path === undefined ? undefined : join(path, "..");
}

function runBlock(project: Project, { language, file }: Block, grpcurl: string | undefined) {
  if (language === "sh") return project.run("bash", ["-u", file], grpcurl);
  return project.run(process.execPath, language === "ts" ? ["--import", "tsx", file] : [file]);
}

test("the README has examples", () => {
  expect(runs.filter(({ document }) => document === "README.md").length).toBeGreaterThanOrEqual(5);
});

test("no two blocks claim one file", () => {
  expect(files.size).toBe(blocks.length);
});

test.each(runs)("$document, line $line prints what it shows", { timeout: 6 * 60_000 }, async (block) => {
  const grpcurl = GRPCURL.test(block.text) ? await findGrpcurl() : undefined;
  if (GRPCURL.test(block.text) && isMissing("grpcurl, which takes Go to build", grpcurl !== undefined)) return;
  const { code, stdout, stderr } = await runBlock(useProject(files), block, grpcurl);
  expect(stdout.trimEnd().split("\n"), stderr).toEqual(shownOutput(block));
  expect(code, stderr).toBe(0);
});

test("every other block is a module for one that runs, or one that is known not to", () => {
  const others = blocks.filter((block) => !runs.includes(block));
  const isModule = (block: Block): boolean =>
    blocks.some(({ text }) => text.includes(`./${block.file.replace(/\.ts$/, "")}`));
  const isKnown = ({ text }: Block): boolean => NOT_RUN.some((command) => text.startsWith(command));
  const isTested = ({ document }: Block): boolean => document === "docs/protocol.md";
  expect(others.filter((block) => !isModule(block) && !isKnown(block) && !isTested(block))).toEqual([]);
});

test("the TypeScript of the documents compiles", async () => {
  const project = useProject(new Map([...files, ["tsconfig.json", TSCONFIG]]));
  const tsc = join(REPOSITORY, "node_modules/typescript/bin/tsc");
  const { code, stdout } = await project.run(process.execPath, [tsc, "-p", "."]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
});

test("whoever compiles for ES2016, as older compilers begin, has types that are as strict", async () => {
  const compilerOptions = { target: "ES2016", module: "NodeNext", strict: true, noEmit: true, types: ["node"] };
  const tsconfig = JSON.stringify({ compilerOptions, include: ["main.mts"] });
  const project = useProject(new Map([...Object.entries(OLD_PROGRAM), ["tsconfig.json", tsconfig]]));
  const tsc = join(REPOSITORY, "node_modules/typescript/bin/tsc");
  const { code, stdout } = await project.run(process.execPath, [tsc, "-p", "."]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
});

const OLD_PROGRAM = {
  "shop.mts": `export const order = (sku: string) => ({ sku, at: new Date() });
    export const forget = (_sku: WeakMap<object, string>) => 1;`,
  "main.mts": `import { isolate } from "process-isolation";
    export async function main(): Promise<string> {
      const { api } = await isolate<typeof import("./shop.mjs")>("./shop.mjs");
      // @ts-expect-error a WeakMap cannot cross
      await api.forget(new WeakMap());
      const { sku } = await api.order("tea");
      // @ts-expect-error it is a text
      const wrong: number = sku;
      return sku + wrong;
    }`,
};

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable"],
    module: "NodeNext",
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ["node"],
  },
  include: ["*.ts"],
});

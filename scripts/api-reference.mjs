// docs/api.md from the declarations that the package is shipped with. With --check nothing is written.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { declarationsBelow, exportsOf } from "./declarations.mjs";
import { ensureBuilt } from "./prepare-workspace.mjs";
import { repositoryRoot } from "./workspace.mjs";

/** @typedef {import("./declarations.mjs").Declaration} Declaration */

const TARGET = join(repositoryRoot, "docs/api.md");
const SOURCE = join(repositoryRoot, "dist/src");

const INTRODUCTION = `# API reference

Made from the types by \`node scripts/api-reference.mjs\`; what stands here is what an editor shows. How the parts work together is
in the [README](../README.md) and in [plugins.md](plugins.md). Times are in milliseconds and sizes in bytes, unless it says otherwise.
`;

/** A comment as Markdown: its tags as sentences. @param {string} doc */
function prose(doc) {
  return doc
    .replaceAll(/^@param (\w+) /gm, "\n`$1`: ")
    .replaceAll(/^@returns /gm, "\nReturns: ")
    .replaceAll(/^@throws /gm, "\nThrows: ")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** A member as an item of a list. @param {import("./declarations.mjs").Member} member */
function item({ text, doc }) {
  const lines = prose(doc).split("\n");
  const body = lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n");
  return `* \`${text}\`${doc === "" ? "" : `\n\n${body}`}\n`;
}

/**
 * @param {Declaration[]} declarations of one name
 * @param {Map<string, Declaration>} all
 */
function entry(declarations, all) {
  const [first] = declarations;
  if (first === undefined) return "";
  const code = `\`\`\`ts\n${declarations.map(({ head }) => head).join("\n")}\n\`\`\`\n`;
  const docs = declarations.map(({ doc }) => prose(doc)).filter((doc) => doc !== "");
  const isList = first.kind === "class" || first.kind === "interface";
  const heritage = isList ? (/ (?:extends|implements) (.*)$/.exec(first.head)?.[1] ?? "") : "";
  const parents = [...heritage.matchAll(/\w+/g)].map(([name]) => all.get(name));
  const members = [first, ...parents].flatMap((declaration) => declaration?.members ?? []);
  return [`### ${first.name}\n`, ...docs.map((doc) => `${doc}\n`), code, ...members.map(item)].join("\n");
}

/** @param {string} heading @param {string} file @param {Map<string, Declaration>} all */
function section(heading, file, all) {
  const order = ["function", "class", "interface", "type", "const"];
  const entries = [...exportsOf(join(SOURCE, file)).values()].sort(([one], [other]) => {
    const rank = order.indexOf(one?.kind ?? "") - order.indexOf(other?.kind ?? "");
    return rank === 0 ? (one?.name ?? "").localeCompare(other?.name ?? "") : rank;
  });
  return [`## ${heading}\n`, ...entries.map((declarations) => entry(declarations, all))].join("\n");
}

await ensureBuilt();
const all = declarationsBelow(SOURCE);
const text = [
  INTRODUCTION,
  section("`process-isolation`", "index.d.ts", all),
  section("`process-isolation/pihost`", "inside/index.d.ts", all),
  section("`process-isolation/kernel`", "kernel/index.d.ts", all),
  section("`process-isolation/opentelemetry`", "adapters/opentelemetry/index.d.ts", all),
  section("`process-isolation/prometheus`", "adapters/prometheus/index.d.ts", all),
  section("`process-isolation/bullmq`", "adapters/bullmq/index.d.ts", all),
].join("\n");
const isCurrent = existsSync(TARGET) && readFileSync(TARGET, "utf8") === text;
if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
else if (!isCurrent) {
  process.stderr.write("Out of date (run `node scripts/api-reference.mjs`): docs/api.md\n");
  process.exitCode = 1;
}

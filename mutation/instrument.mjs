import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Instrumenter } from "@stryker-mutator/instrumenter";

/**
 * Not made: a text is told from another by people, and the tests of texts that programs read are elsewhere.
 */
const LEFT_OUT = ["StringLiteral"];

/**
 * One change of the code, which is dormant until its id is in the environment (`ACTIVE_VARIABLE`).
 * @typedef {{ id: string, file: string, line: number, kind: string, before: string, after: string }} Mutant
 */

/** Names the one mutant that is active in a process. */
export const ACTIVE_VARIABLE = "__STRYKER_ACTIVE_MUTANT__";

/**
 * Rewrites the files so that each holds all of its mutants, dormant.
 * @param {string} root the copy of the repository
 * @param {readonly string[]} files below it
 * @returns {Promise<Mutant[]>}
 */
export async function instrument(root, files) {
  const sources = files.map((file) => ({
    name: join(root, file),
    mutate: true,
    content: readFileSync(join(root, file), "utf8"),
  }));
  const options = { plugins: null, excludedMutations: LEFT_OUT, ignorers: [], noHeader: false };
  const { files: outputs, mutants } = await new Instrumenter(/** @type {never} */ (SILENT)).instrument(
    sources,
    options,
  );
  for (const { name, content } of outputs) writeFileSync(name, content);
  const texts = new Map(sources.map(({ name, content }) => [name, content]));
  const made = mutants.filter(({ status }) => status !== "Ignored");
  return made.map(({ id, fileName, mutatorName, replacement, location }) => ({
    id,
    file: relative(root, fileName),
    line: location.start.line + 1,
    kind: mutatorName,
    before: cut(texts.get(fileName) ?? "", location),
    after: replacement ?? "",
  }));
}

const SILENT = new Proxy({}, { get: () => () => false });

/**
 * @param {string} text
 * @param {{ start: { line: number, column: number }, end: { line: number, column: number } }} location counted from 0
 */
function cut(text, { start, end }) {
  const lines = text.split("\n").slice(start.line, end.line + 1);
  lines[lines.length - 1] = (lines.at(-1) ?? "").slice(0, end.column);
  return lines.join("\n").slice(start.column);
}

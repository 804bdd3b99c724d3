import { readFile } from "node:fs/promises";

/** How many files are worked on at once. */
const CONCURRENCY = 4;

/**
 * What became of one file: `rendered` unless `failure` says why not; `missing` has the plug-ins that contributed
 * nothing, each with why.
 *
 * @typedef {object} FileOutcome
 * @property {string} path
 * @property {string} [failure]
 * @property {boolean} wasRead
 * @property {{ markdown: number, html: number }} size in bytes
 * @property {ReadonlyMap<string, string>} missing
 */

/**
 * Gives every file to every plug-in. Resolves when all are done, or, after the signal, when those begun are done.
 *
 * @param {readonly string[]} paths
 * @param {readonly import("./plugin.mjs").Plugin[]} plugins the first one renders
 * @param {{ signal: AbortSignal, onFile: (done: number) => void }} options
 * @returns {Promise<FileOutcome[]>}
 */
export async function buildSite(paths, plugins, { signal, onFile }) {
  /** @type {FileOutcome[]} */
  const outcomes = [];
  const queue = paths.values();
  const work = async () => {
    for (const path of queue) {
      if (signal.aborted) return;
      outcomes.push(await buildFile(path, plugins));
      onFile(outcomes.length);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return outcomes;
}

/**
 * @param {string} path
 * @param {readonly import("./plugin.mjs").Plugin[]} plugins
 * @returns {Promise<FileOutcome>}
 */
async function buildFile(path, plugins) {
  const missing = new Map();
  /** @type {string} */
  let markdown;
  try {
    markdown = await readFile(path, "utf8");
  } catch (error) {
    return { path, failure: `cannot be read: ${error}`, wasRead: false, size: { markdown: 0, html: 0 }, missing };
  }
  const answers = await Promise.all(plugins.map((plugin) => plugin.call({ path, markdown })));
  for (const [index, answer] of answers.entries()) {
    if ("why" in answer) missing.set(plugins[index]?.name, answer.why);
  }
  const [rendered] = answers;
  const html = rendered !== undefined && "value" in rendered ? String(rendered.value) : "";
  const why = missing.get(plugins[0]?.name);
  const size = { markdown: Buffer.byteLength(markdown), html: Buffer.byteLength(html) };
  return { path, ...(why === undefined ? {} : { failure: why }), wasRead: true, size, missing };
}

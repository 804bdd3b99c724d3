/** Loading these takes as long as all the rest, and nobody needs them before the first isolate, or at all. */
const LOADED_AT_FIRST_USE = [
  "node:child_process",
  "node:crypto",
  "node:fs/promises",
  "node:http",
  "node:http2",
  "node:https",
  "node:net",
  "node:stream",
  "node:stream/promises",
  "node:tls",
  "node:zlib",
];

/** What users install themselves, or not at all: the optional peers. */
export const PEERS = ["@opentelemetry/api", "bullmq", "prom-client"];

/**
 * Node's own modules come from `process.getBuiltinModule`: a bundler that makes an ES module of this file could not keep a
 * `require`. What is needed later is a stand-in until somebody reads a member of it.
 */
export const bundleBanner = `"use strict";
const __builtin = process.getBuiltinModule;
const __bundleUrl = typeof __filename === "string" ? __builtin("node:url").pathToFileURL(__filename).href : undefined;
function __builtinAtFirstUse(name) {
  let loaded;
  return new Proxy({}, { get: (_, member) => (loaded ??= __builtin(name))[member] });
}`;

/**
 * What esbuild made, as it is published.
 * @param {string} text
 * @param {string} [onTopOf] the bundle that it is loaded on top of
 */
export async function finishBundle(text, onTopOf) {
  const finished = withBuiltins(withOwnClassNames(await withoutComments(text)));
  const known = onTopOf === undefined ? finished : finished.replace(`require(${JSON.stringify(onTopOf)})`, "");
  const peers = PEERS.map((name) => `require(${JSON.stringify(name)})`);
  const without = peers.reduce((rest, peer) => rest.replaceAll(peer, ""), known.replace(/__require\w*\(/g, ""));
  const left = /\brequire\(/.exec(without);
  if (left !== null) throw new Error(`a require is left in the bundle: ${finished.slice(left.index, left.index + 80)}`);
  return finished;
}

/** @param {string} text */
function withBuiltins(text) {
  return text.replace(/\brequire\("((?:node:)?[a-z_\d]+(?:\/[a-z_]+)?)"\)/g, (whole, name) => {
    if (PEERS.includes(name)) return whole;
    const prefixed = name.startsWith("node:") ? name : `node:${name}`;
    const load = LOADED_AT_FIRST_USE.includes(prefixed) ? "__builtinAtFirstUse" : "__builtin";
    return `${load}(${JSON.stringify(prefixed)})`;
  });
}

/** A class that names itself in its body is called _Name by esbuild, and so by everything that prints its name. @param {string} text */
function withOwnClassNames(text) {
  const names = [...text.matchAll(/^var (\w+) = class _(\w+) /gm)].filter(([, outer, inner]) => outer === inner);
  return names.reduce((result, [, name]) => result.replace(new RegExp(`\\b_${name}\\b`, "g"), String(name)), text);
}

/**
 * Without the comments on members, a third of the text, which every host would read and skip. That nothing but comments is
 * gone is checked: both texts must be the same program.
 * @param {string} text
 */
async function withoutComments(text) {
  const { transform } = await import("esbuild");
  const bare = text.replace(/^ +\/\*\*(?:[^*]|\*(?!\/))*\*\/\n/gm, "").replace(/^ +\/\/ .*\n/gm, "");
  const program = async (/** @type {string} */ source) =>
    (await transform(source, { minifyWhitespace: true, legalComments: "none" })).code;
  if ((await program(text)) !== (await program(bare)))
    throw new Error("more than comments was taken out of the bundle");
  return bare;
}

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { namesIn, parseDeclarations, printStatement } from "./build-declarations.mjs";
import { PEERS } from "./build-host-text.mjs";

/** The declarations that users see: those of the CommonJS file, which the ES module beside it gives out as they are. */
const ENTRIES = [
  { entry: "index", place: "index" },
  { entry: "inside/index", place: "pihost/inside" },
  { entry: "kernel/index", place: "kernel/index" },
  { entry: "adapters/opentelemetry/index", place: "opentelemetry/index" },
  { entry: "adapters/prometheus/index", place: "prometheus/index" },
  { entry: "adapters/bullmq/index", place: "bullmq/index" },
];

/**
 * Copies the declarations that can be reached from what the package exports, as those of CommonJS modules: they can be read
 * from both kinds of modules, and so every type is there once.
 * @param {{ compiled: string, outputDirectory: string }} options `compiled` holds what tsc made of src/
 */
export function buildTypes({ compiled, outputDirectory }) {
  const types = join(outputDirectory, "types");
  for (const [path, statements] of reachable(ENTRIES.map(({ entry }) => join(compiled, `${entry}.d.ts`)))) {
    const text = statements.map((statement) => printStatement(statement, toCommonJs)).join("\n");
    write(join(types, relative(compiled, path).replace(/\.d\.ts$/, ".d.cts")), `${text}\n`);
  }
  for (const { entry, place } of ENTRIES) {
    const up = relative(dirname(join(outputDirectory, place)), types).replaceAll("\\", "/");
    const text = `export * from "${up.startsWith(".") ? up : `./${up}`}/${entry}.cjs";\n`;
    for (const extension of [".d.cts", ".d.mts"]) write(join(outputDirectory, `${place}${extension}`), text);
  }
}

/** @param {string} specifier */
function toCommonJs(specifier) {
  return specifier.startsWith(".") ? specifier.replace(/\.js$/, ".cjs") : specifier;
}

/**
 * Every file that the entries lead to, with those of its statements that somebody needs.
 * @param {readonly string[]} entries
 */
function reachable(entries) {
  /** @type {Map<string, { wanted: Set<string>, statements: import("./build-declarations.mjs").Statement[] }>} */
  const files = new Map();
  /** @type {{ path: string, names: readonly string[] }[]} */
  const waiting = entries.map((path) => ({ path, names: ["*"] }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, names } = next;
    const wanted = files.get(path)?.wanted ?? new Set();
    if (files.has(path) && names.every((name) => wanted.has(name))) continue;
    for (const name of names) wanted.add(name);
    const statements = neededOf(parseDeclarations(readFileSync(path, "utf8")), wanted);
    files.set(path, { wanted, statements });
    for (const { specifier, names } of statements.flatMap(({ references }) => references)) {
      if (specifier.startsWith("node:") || PEERS.includes(specifier)) continue;
      if (!specifier.startsWith(".")) throw new Error(`${path}: a public type is that of a package, ${specifier}`);
      waiting.push({ path: join(dirname(path), specifier.replace(/\.js$/, ".d.ts")), names });
    }
  }
  return [...files].map(([path, { statements }]) => /** @type {const} */ ([path, statements]));
}

/**
 * The statements that declare what is wanted, and what those mention in their turn.
 * @param {readonly import("./build-declarations.mjs").Statement[]} statements
 * @param {ReadonlySet<string>} wanted
 */
function neededOf(statements, wanted) {
  const names = new Set(wanted);
  for (let before = -1; before !== names.size; ) {
    before = names.size;
    for (const { declares, mentions } of statements) {
      if (names.has("*") || declares.some((name) => names.has(name))) for (const name of mentions) names.add(name);
    }
  }
  return statements.map((statement) => namesIn(statement, names)).filter((statement) => statement !== undefined);
}

/** @param {string} path @param {string} text */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

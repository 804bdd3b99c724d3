import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildDashboard } from "./build-dashboard.mjs";
import { bundleBanner, finishBundle, PEERS } from "./build-host-text.mjs";
import { FULL_NAMES, OWN_GLOBALS } from "./build-pihost.mjs";
import { roomsOf, sharedRooms } from "./build-shared-rooms.mjs";
import { thirdPartyNotices } from "./build-third-party-notices.mjs";

/**
 * What a user imports: one CommonJS file that `require` can load everywhere, and beside it an ES module that gives out what
 * that file exports. So a process has one copy, however it is loaded.
 *
 * `pihost` is the folder of the executable: it travels with `process-isolation/pihost`, which modules inside import.
 */
/** @type {readonly { entry: string, place: string, executable: string, onTopOf?: string }[]} */
const ENTRIES = [
  { entry: "src/rooms.ts", place: "index", executable: "./pihost/boot.cjs" },
  { entry: "src/inside/index.ts", place: "pihost/inside", executable: "./boot.cjs" },
  { entry: "src/kernel/index.ts", place: "kernel/index", executable: "../pihost/boot.cjs", onTopOf: "../index.cjs" },
  // Alone: code in isolates imports it, too, and is not to read the SDK for that.
  { entry: "src/adapters/opentelemetry/index.ts", place: "opentelemetry/index", executable: "../pihost/boot.cjs" },
  { entry: "src/adapters/prometheus/index.ts", place: "prometheus/index", executable: "../pihost/boot.cjs" },
  {
    entry: "src/adapters/bullmq/index.ts",
    place: "bullmq/index",
    executable: "../pihost/boot.cjs",
    onTopOf: "../index.cjs",
  },
];

/** Names of functions are seen in stack traces, and V8 was measured to start what is minified no faster. */
const COMMON = /** @type {const} */ ({
  bundle: true,
  platform: "node",
  target: "node20.19",
  minify: false,
  // A computed specifier must stay an import() of the running Node.
  supported: { "dynamic-import": true },
  inject: OWN_GLOBALS,
  legalComments: "inline",
  metafile: true,
  logLevel: "silent",
});

/**
 * Builds what hosts load, the command, and the page that a kernel's dashboard serves.
 * @param {{ root: string, outputDirectory: string }} options
 */
export async function buildHost({ root, outputDirectory }) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const folder of ["pihost", "kernel", "bullmq", "opentelemetry", "prometheus"])
    mkdirSync(join(outputDirectory, folder), { recursive: true });
  const define = { ...FULL_NAMES, PROCESS_ISOLATION_VERSION: JSON.stringify(version) };
  const metafiles = await Promise.all([
    ...ENTRIES.map((entry) => bundleEntry(root, outputDirectory, entry, define)),
    bundleCommand(root, outputDirectory, define),
    buildDashboard({ root, outputDirectory: join(outputDirectory, "dashboard") }),
  ]);
  const notices = thirdPartyNotices(root, metafiles);
  writeFileSync(join(outputDirectory, "THIRD_PARTY_NOTICES.txt"), notices);
}

/**
 * @param {string} root
 * @param {string} outputDirectory
 * @param {typeof ENTRIES[number]} one
 * @param {Record<string, string>} define
 */
async function bundleEntry(root, outputDirectory, { entry, place, executable, onTopOf }, define) {
  const { build } = await import("esbuild");
  const { metafile, outputFiles } = await build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(outputDirectory, `${place}.cjs`),
    format: "cjs",
    external: PEERS,
    write: false,
    banner: { js: onTopOf === undefined ? bundleBanner : `${bundleBanner}\n${roomsOf(onTopOf)}` },
    define: { ...define, "import.meta.url": "__bundleUrl", PIHOST_FROM_BUNDLE: JSON.stringify(executable) },
    plugins: onTopOf === undefined ? [] : [sharedRooms(root)],
  });
  const names = await exportsOf(root, entry, define);
  writeFileSync(join(outputDirectory, `${place}.cjs`), await finishBundle(outputFiles[0]?.text ?? "", onTopOf));
  writeFileSync(join(outputDirectory, `${place}-import.cjs`), shim(place));
  writeFileSync(join(outputDirectory, `${place}.mjs`), facade(place, names));
  return metafile;
}

/** The values that an entry exports; its types are gone. @param {string} root @param {string} entry @param {Record<string, string>} define */
async function exportsOf(root, entry, define) {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: "unused.mjs",
    format: "esm",
    external: PEERS,
    write: false,
    define,
  });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

/** The last part of a place. @param {string} place */
const nameOf = (place) => place.slice(place.lastIndexOf("/") + 1);

/**
 * Between the two: Node reads an imported CommonJS file beforehand, to find the names that it exports, which takes Node 20
 * longer for the bundle than to run it. Of this one it cannot tell anything, and need not.
 * @param {string} place
 */
function shim(place) {
  return `const bundle = require("./${nameOf(place)}.cjs");\nmodule.exports = bundle;\n`;
}

/**
 * The ES module beside a bundle. It tells the bundle where it lies, which the bundle itself cannot know where another
 * bundler has made an ES module of it.
 * @param {string} place @param {readonly string[]} names
 */
function facade(place, names) {
  return [
    `import bundle from "./${nameOf(place)}-import.cjs";`,
    "",
    ...(names.includes("ProcessIsolator")
      ? ['bundle.ProcessIsolator[Symbol.for("process-isolation.loaded-from")](import.meta.url);', ""]
      : []),
    `export const { ${names.toSorted().join(", ")} } = bundle;`,
    "",
  ].join("\n");
}

/**
 * The command, in parts: each loads what it needs, and gRPC only where it speaks it.
 * @param {string} root @param {string} outputDirectory @param {Record<string, string>} define
 */
async function bundleCommand(root, outputDirectory, define) {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outdir: join(outputDirectory, "cli"),
    outExtension: { ".js": ".mjs" },
    chunkNames: "[name]-[hash]",
    format: "esm",
    external: PEERS,
    splitting: true,
    // What is CommonJS among the packages asks for Node's own modules by this name.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    define: { ...define, PIHOST_FROM_BUNDLE: '"../pihost/boot.cjs"' },
  });
  const command = join(outputDirectory, "cli/main.mjs");
  if (!readFileSync(command, "utf8").startsWith("#!/usr/bin/env node\n")) {
    throw new Error("src/cli/main.ts must begin with #!/usr/bin/env node");
  }
  chmodSync(command, 0o755);
  return metafile;
}

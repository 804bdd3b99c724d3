import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownFile } from "./build-own-file.mjs";
import { thirdPartyNotices } from "./build-third-party-notices.mjs";
import { vendoredProtos } from "./build-vendored-protos.mjs";
import { runNode } from "./run-command.mjs";
import { repositoryRoot, toolEntry } from "./workspace.mjs";

/** Stands for the digest of the large bundle until that is built. */
const DIGEST_PLACE = "@digest of main.cjs@";

/** The entry points; each becomes one CommonJS file, because V8's code cache works on scripts. */
const ENTRIES = ["boot", "main", "grpc", "reaper"];

/** What is in `grpc` alone. */
const GRPC = ["@grpc/grpc-js", "@grpc/proto-loader", "@grpc/reflection", "grpc-health-check", "protobufjs"];

/** What stands in every bundle for the globals of the same names, so that nobody can replace them under it. */
export const OWN_GLOBALS = [join(repositoryRoot, "src/intrinsics/globals.ts")];

/** Generated code calls these by their full names. */
export const FULL_NAMES = Object.fromEntries(
  ["Array", "Array.isArray", "Boolean", "Buffer", "Buffer.from", "Error", "Number", "Number.isFinite", "Object"]
    .concat("Object.entries", "Object.fromEntries", "Object.keys", "String")
    .map((name) => [`globalThis.${name}`, name]),
);

/**
 * Builds the executable: the bundles, the .proto files that bundled packages read at run time, the descriptors for
 * gRPC reflection, and the licences of what was bundled.
 * @param {{ root: string, outputDirectory: string }} options
 */
export async function buildPihost({ root, outputDirectory }) {
  mkdirSync(outputDirectory, { recursive: true });
  await Promise.all([
    bundle(root, outputDirectory),
    describeContract(root, join(outputDirectory, "descriptor.binpb")),
    describeWellKnown(root, join(outputDirectory, "well-known.binpb")),
  ]);
}

/** @param {string} root @param {string} outputDirectory */
async function bundle(root, outputDirectory) {
  const { build } = await import("esbuild");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((name) => `pihost/${name}.ts`),
    outdir: outputDirectory,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    // Every process holds the text. Names stay, and lines of a length that Node.js can print: users see them in stack traces.
    minifyWhitespace: true,
    lineLimit: 160,
    // A user's module is imported by a computed specifier, which must stay an import() of the running Node.
    supported: { "dynamic-import": true },
    inject: OWN_GLOBALS,
    define: {
      ...FULL_NAMES,
      PROCESS_ISOLATION_VERSION: JSON.stringify(version),
      PROCESS_ISOLATION_BUNDLE: JSON.stringify(DIGEST_PLACE),
    },
    // The small entry may load the large one, which stays its own file.
    external: ENTRIES.map((name) => `./${name}.cjs`),
    // Two packages ask for an older minor of the loader that is bundled anyway.
    alias: { "@grpc/proto-loader": join(repositoryRoot, "node_modules/@grpc/proto-loader") },
    logOverride: { "empty-import-meta": "error" },
    legalComments: "external",
    plugins: [
      ownFile({ packages: GRPC, entry: join("pihost", "grpc.ts"), file: "./grpc.cjs" }),
      vendoredProtos({ outputDirectory }),
    ],
    metafile: true,
    logLevel: "silent",
  });
  wrap(join(outputDirectory, "main.cjs"));
  putInDigest(outputDirectory);
  writeFileSync(join(outputDirectory, "THIRD_PARTY_NOTICES.txt"), thirdPartyNotices(root, [metafile]));
}

/** What Node.js hands to a module. */
const OF_MODULE = "exports, require, module, __filename, __dirname";

/**
 * Makes the large bundle, as a script, the function that the small entry calls: put around it at each start, the text would be
 * there twice in every process, for its whole life. As a module it is what it was.
 * @param {string} bundle
 */
function wrap(bundle) {
  const source = readFileSync(bundle, "utf8");
  const run = `((run) => (typeof module === "object" ? run(${OF_MODULE}) : run))`;
  writeFileSync(bundle, `${run}(function (${OF_MODULE}) { ${source}\n});\n`);
}

/** The small entry knows the bytes of the large one: by them it finds V8's data for it. @param {string} outputDirectory */
function putInDigest(outputDirectory) {
  const bytes = readFileSync(join(outputDirectory, "main.cjs"));
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const boot = join(outputDirectory, "boot.cjs");
  writeFileSync(boot, readFileSync(boot, "utf8").replace(DIGEST_PLACE, digest));
}

/** What the socket serves beside reflection itself: our contract, and the standard health service. */
const DESCRIBED = ["proto", "node_modules/grpc-health-check/proto"];

/** What the kernel serves, and no process. */
const OF_KERNEL = ["kernel.proto", "kernel_service.proto"].map((file) => `proto/pihost/v1/${file}`);

/** Writes the FileDescriptorSet for reflection. @param {string} root @param {string} outputFile */
export async function describeContract(root, outputFile) {
  const parts = [];
  for (const [index, folder] of DESCRIBED.entries()) {
    const part = `${outputFile}.${index}`;
    await describeFolder(root, folder, part);
    parts.push(readFileSync(part));
    rmSync(part);
  }
  // Protobuf messages are merged by putting one behind the other.
  writeFileSync(outputFile, Buffer.concat(parts));
}

/** The files of protobuf itself, which a user's own may import; buf has them in it. */
const WELL_KNOWN = ["any", "api", "descriptor", "duration", "empty", "field_mask", "source_context", "struct"]
  .concat("timestamp", "type", "wrappers")
  .map((name) => `google/protobuf/${name}.proto`);

/** Writes their FileDescriptorSet. @param {string} root @param {string} outputFile */
async function describeWellKnown(root, outputFile) {
  const folder = `${outputFile}.protos`;
  mkdirSync(folder);
  const imports = WELL_KNOWN.map((name) => `import "${name}";\n`).join("");
  writeFileSync(join(folder, "all.proto"), `syntax = "proto3";\n${imports}`);
  await describeFolder(root, folder, outputFile);
  rmSync(folder, { recursive: true });
}

/** @param {string} root @param {string} folder @param {string} outputFile */
async function describeFolder(root, folder, outputFile) {
  const others = OF_KERNEL.filter((file) => file.startsWith(`${folder}/`)).flatMap((file) => ["--exclude-path", file]);
  const output = ["--as-file-descriptor-set", "--exclude-source-info", "-o", `${outputFile}#format=binpb`];
  const args = ["build", folder, ...others, ...output];
  const buf = await runNode([toolEntry("@bufbuild/buf", "buf"), ...args], { cwd: root });
  if (buf.code !== 0) throw new Error(`buf build ${folder}:\n${buf.output}`);
}

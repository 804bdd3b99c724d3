// npm run generate: re-makes every generated file. With --check nothing is written; differences end it with code 1.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { listFiles } from "./build-fingerprint.mjs";
import { describeContract } from "./build-pihost.mjs";
import { descriptorModule, pythonDescriptorModule } from "./descriptor-module.mjs";
import { importRules } from "./import-rules.mjs";
import { ensureInstalled } from "./prepare-workspace.mjs";
import { runNode } from "./run-command.mjs";
import { cacheDirectory, repositoryRoot, toolEntry } from "./workspace.mjs";

const CODE = "src/contract/gen";
/** The messages of an example, as types. */
const EXAMPLE = "examples/kernel-shop";
/** What buf generates, and in which folder. */
const TEMPLATES = [
  { folder: "", template: "buf.gen.yaml" },
  { folder: "", template: "buf.gen.handshake.yaml" },
  { folder: EXAMPLE, template: "buf.gen.yaml" },
];
const IMPORT_RULES = "biome.rooms.json";
/** The contract as a FileDescriptorSet, for grpcurl's -protoset and for code that has no compiler at hand. */
const DESCRIPTORS = "proto/pihost.binpb";
/** Those of them that the kernel's own service needs, as code. */
const KERNEL_DESCRIPTORS = `${CODE}/kernel-descriptors.ts`;
/** Those that a process describes by reflection, as code of the Python one. */
const PYTHON_DESCRIPTORS = "pihost/python/process_isolation_pihost/grpc_socket/descriptors.py";
/** The kernel's manifest, for editors. */
const MANIFEST_SCHEMA = "schema/kernel.schema.json";
const MANIFEST_REFERENCE = "docs/manifest.md";

/** Generates everything below `target`, at the same relative paths as in the repository. Works offline. */
async function generateInto(/** @type {string} */ target) {
  // buf looks for the local plugin on the path.
  const path = `${join(repositoryRoot, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  for (const { folder, template } of TEMPLATES) {
    const args = ["generate", "--template", template, "--output", join(target, folder)];
    const buf = await runNode([toolEntry("@bufbuild/buf", "buf"), ...args], {
      cwd: join(repositoryRoot, folder),
      env: { ...process.env, PATH: path },
    });
    if (buf.code !== 0) throw new Error(`buf ${args.join(" ")} in ./${folder}:\n${buf.output}`);
  }
  mkdirSync(join(target, dirname(DESCRIPTORS)), { recursive: true });
  const args = ["build", "proto", "--as-file-descriptor-set", "--exclude-source-info", "-o", join(target, DESCRIPTORS)];
  const build = await runNode([toolEntry("@bufbuild/buf", "buf"), ...args], { cwd: repositoryRoot });
  if (build.code !== 0) throw new Error(`buf build:\n${build.output}`);
  const descriptors = readFileSync(join(target, DESCRIPTORS));
  writeFileSync(join(target, KERNEL_DESCRIPTORS), descriptorModule(descriptors, "pihost/v1/kernel_service.proto"));
  await generatePythonDescriptors(target);
  writeFileSync(join(target, IMPORT_RULES), `${JSON.stringify(importRules(), null, 2)}\n`);
  mkdirSync(join(target, dirname(MANIFEST_SCHEMA)), { recursive: true });
  const { manifestSchema, manifestReference } = await manifestTexts(target);
  writeFileSync(join(target, MANIFEST_SCHEMA), `${JSON.stringify(manifestSchema(), null, 2)}\n`);
  mkdirSync(join(target, dirname(MANIFEST_REFERENCE)), { recursive: true });
  writeFileSync(join(target, MANIFEST_REFERENCE), manifestReference());
}

/** What the Node process has as a file beside its code. @param {string} target */
async function generatePythonDescriptors(target) {
  const set = join(target, "described.binpb");
  await describeContract(repositoryRoot, set);
  mkdirSync(join(target, dirname(PYTHON_DESCRIPTORS)), { recursive: true });
  writeFileSync(join(target, PYTHON_DESCRIPTORS), pythonDescriptorModule(readFileSync(set)));
}

/** What the fields of the manifest's validator say for others: in a bundle, because the build comes after this. */
async function manifestTexts(/** @type {string} */ target) {
  const { build } = await import("esbuild");
  const outfile = join(target, "manifest-texts.mjs");
  const room = join(repositoryRoot, "src/kernel/manifest");
  const contents = 'export * from "./json-schema.js"; export * from "./reference.js";';
  const stdin = { contents, resolveDir: room, loader: /** @type {const} */ ("ts") };
  await build({ stdin, outfile, bundle: true, platform: "node", format: "esm" });
  return await import(pathToFileURL(outfile).href);
}

/** The generated files that differ between two trees, in either direction. */
function differences(/** @type {string} */ fresh) {
  const roots = [fresh, repositoryRoot];
  const paths = new Set([
    IMPORT_RULES,
    DESCRIPTORS,
    PYTHON_DESCRIPTORS,
    MANIFEST_SCHEMA,
    MANIFEST_REFERENCE,
    ...roots.flatMap((root) => [CODE, `${EXAMPLE}/gen`].flatMap((folder) => listFiles(root, folder))),
  ]);
  return [...paths].sort().filter((path) => {
    const [left, right] = roots.map((root) =>
      existsSync(join(root, path)) ? readFileSync(join(root, path)) : undefined,
    );
    return left === undefined || right === undefined || !left.equals(right);
  });
}

function adopt(/** @type {string} */ fresh, /** @type {string[]} */ changed) {
  for (const path of changed) {
    const [from, to] = [join(fresh, path), join(repositoryRoot, path)];
    if (!existsSync(from)) rmSync(to);
    else {
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, readFileSync(from));
    }
  }
}

await ensureInstalled();
mkdirSync(cacheDirectory, { recursive: true });
const fresh = mkdtempSync(join(cacheDirectory, "generate-"));
try {
  await generateInto(fresh);
  const changed = differences(fresh);
  if (!process.argv.includes("--check")) adopt(fresh, changed);
  else if (changed.length > 0) {
    process.stderr.write(`Out of date (run \`npm run generate\`):\n${changed.map((path) => `  ${path}\n`).join("")}`);
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

// npm run build: what is published (bundles of the SDK, the command and the executable, by esbuild; types, by tsc), and dist/src,
// the SDK file by file for the tools of this repository.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildHost } from "./build-host.mjs";
import { buildPihost } from "./build-pihost.mjs";
import { buildTypes } from "./build-types.mjs";
import { runNode } from "./run-command.mjs";
import { cacheDirectory, repositoryRoot, toolEntry } from "./workspace.mjs";

/** Builds into a fresh folder and swaps it in at the end: a failed build leaves the old dist alone. */
async function build() {
  mkdirSync(cacheDirectory, { recursive: true });
  const fresh = mkdtempSync(join(cacheDirectory, "dist-"));
  try {
    const results = await Promise.allSettled([
      compileSdk(join(fresh, "dist")),
      buildHost({ root: repositoryRoot, outputDirectory: join(fresh, "dist") }),
      buildPihost({ root: repositoryRoot, outputDirectory: join(fresh, "dist/pihost") }),
    ]);
    const failures = results.filter((result) => result.status === "rejected").map((result) => result.reason);
    if (failures.length > 0) throw new AggregateError(failures);
    const dist = join(repositoryRoot, "dist");
    rmSync(dist, { recursive: true, force: true, maxRetries: 3 });
    renameSync(join(fresh, "dist"), dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Compiles src/, and takes the public types from what comes of it. */
async function compileSdk(/** @type {string} */ outputDirectory) {
  const project = join(repositoryRoot, "tsconfig.build.json");
  const tsc = await runNode([toolEntry("typescript", "tsc"), "-p", project, "--outDir", outputDirectory], {
    cwd: repositoryRoot,
  });
  if (tsc.code !== 0) throw new Error(`tsc -p tsconfig.build.json:\n${tsc.output}`);
  buildTypes({ compiled: join(outputDirectory, "src"), outputDirectory });
}

try {
  await build();
} catch (error) {
  const causes = error instanceof AggregateError ? error.errors : [error];
  for (const cause of causes) process.stderr.write(`${cause instanceof Error ? cause.message : cause}\n`);
  process.exitCode = 1;
}

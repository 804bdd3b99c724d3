// npm run build: dist/src (the SDK, by tsc) and dist/pihost (the executable, by esbuild).
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildPihost } from "./build-pihost.mjs";
import { runNode } from "./run-command.mjs";
import { cacheDirectory, repositoryRoot, toolEntry } from "./workspace.mjs";

/** Builds into a fresh folder and swaps it in at the end: a failed build leaves the old dist alone. */
async function build() {
  mkdirSync(cacheDirectory, { recursive: true });
  const fresh = mkdtempSync(join(cacheDirectory, "dist-"));
  try {
    const results = await Promise.allSettled([
      compileSdk(join(fresh, "dist")),
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

/** Compiles src/ and makes the command executable. */
async function compileSdk(/** @type {string} */ outputDirectory) {
  const project = join(repositoryRoot, "tsconfig.build.json");
  const tsc = await runNode([toolEntry("typescript", "tsc"), "-p", project, "--outDir", outputDirectory], {
    cwd: repositoryRoot,
  });
  if (tsc.code !== 0) throw new Error(`tsc -p tsconfig.build.json:\n${tsc.output}`);
  const command = join(outputDirectory, "src/cli/main.js");
  if (!readFileSync(command, "utf8").startsWith("#!/usr/bin/env node\n")) {
    throw new Error("src/cli/main.ts must begin with #!/usr/bin/env node");
  }
  chmodSync(command, 0o755);
}

try {
  await build();
} catch (error) {
  const causes = error instanceof AggregateError ? error.errors : [error];
  for (const cause of causes) process.stderr.write(`${cause instanceof Error ? cause.message : cause}\n`);
  process.exitCode = 1;
}

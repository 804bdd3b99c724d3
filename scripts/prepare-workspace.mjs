import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildFingerprint, listFiles } from "./build-fingerprint.mjs";
import { whyInstall } from "./installed-state.mjs";
import { requireSupportedNode } from "./node-floor.mjs";
import { runNode } from "./run-command.mjs";
import { runNpm } from "./run-npm.mjs";
import { withLock } from "./with-lock.mjs";
import { cacheDirectory, repositoryRoot } from "./workspace.mjs";

const buildStamp = join(cacheDirectory, "build.json");

/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. */
export async function ensureInstalled() {
  requireSupportedNode();
  if (whyInstall(repositoryRoot) === undefined) return;
  await withLock(join(cacheDirectory, "install.lock"), async () => {
    const reason = whyInstall(repositoryRoot);
    if (reason === undefined) return;
    await announced(`installing dependencies (${reason})`, () => runNpm(["ci"], { cwd: repositoryRoot }));
    const still = whyInstall(repositoryRoot);
    if (still !== undefined) throw new Error(`npm ci ended well, yet ${still}`);
  });
}

/** Builds dist unless it was built from the sources as they are now. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await withLock(join(cacheDirectory, "build.lock"), async () => {
    if (isBuilt()) return;
    // Taken before the build: a source that changes meanwhile makes the stamp stale, never falsely fresh.
    const fingerprint = buildFingerprint(repositoryRoot);
    await announced("building", () => runNode([join(repositoryRoot, "scripts/build.mjs")], { cwd: repositoryRoot }));
    mkdirSync(dirname(buildStamp), { recursive: true });
    writeFileSync(buildStamp, JSON.stringify({ fingerprint, outputs: listFiles(repositoryRoot, "dist") }));
  });
}

function isBuilt() {
  if (!existsSync(buildStamp)) return false;
  const { fingerprint, outputs } = JSON.parse(readFileSync(buildStamp, "utf8"));
  const complete = outputs.every((/** @type {string} */ path) => existsSync(join(repositoryRoot, path)));
  return complete && fingerprint === buildFingerprint(repositoryRoot);
}

/**
 * Says on stderr what is being done and how long it took; shows the command's output only if it failed.
 * @param {string} what
 * @param {() => ReturnType<typeof runNode>} job
 */
async function announced(what, job) {
  const startedAt = Date.now();
  process.stderr.write(`${what} …\n`);
  const { code, output } = await job();
  if (code !== 0) throw new Error(`${what}: failed with exit code ${code}\n${output}`);
  process.stderr.write(`${what}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/** Installs and builds as needed; a failure is printed without a stack and ends the process with code 1. */
export async function prepareWorkspace() {
  try {
    await ensureInstalled();
    await ensureBuilt();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await prepareWorkspace();

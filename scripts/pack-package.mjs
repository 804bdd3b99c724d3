import { join } from "node:path";
import { runNpm } from "./run-npm.mjs";
import { repositoryRoot } from "./workspace.mjs";

/**
 * @typedef {object} PackedPackage
 * @property {string} path the tarball
 * @property {string[]} files what is in it, relative to the package
 * @property {number} packedBytes
 * @property {number} unpackedBytes
 */

/**
 * Packs the package as it is built now.
 * @param {string} destination an existing folder
 * @returns {Promise<PackedPackage>}
 */
export async function packPackage(destination) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination];
  const { code, stdout, output } = await runNpm(args, { cwd: repositoryRoot });
  if (code !== 0) throw new Error(`npm pack:\n${output}`);
  const parsed = JSON.parse(stdout);
  // npm 12 keys the report by package name where npm 11 gives a list.
  const report = Array.isArray(parsed) ? parsed[0] : Object.values(parsed)[0];
  return {
    path: join(destination, report.filename),
    files: report.files.map((/** @type {{ path: string }} */ { path }) => path),
    packedBytes: report.size,
    unpackedBytes: report.unpackedSize,
  };
}

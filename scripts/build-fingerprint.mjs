import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const INPUT_FOLDERS = ["src", "pihost", "proto", "dashboard"];
const INPUT_FILES = /^(package(-lock)?\.json|tsconfig.*\.json|buf\.yaml)$/;
const BUILD_SCRIPTS = /^build.*\.mjs$/;

/**
 * A hash over the names and contents of everything that the build reads. Times are not looked at: a checkout or a
 * touched file changes them and nothing else.
 * @param {string} root
 */
export function buildFingerprint(root) {
  const hash = createHash("sha256");
  for (const path of inputPaths(root)) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** @returns {string[]} */
function inputPaths(/** @type {string} */ root) {
  const paths = [
    ...readdirSync(root).filter((name) => INPUT_FILES.test(name)),
    ...readdirSync(join(root, "scripts"))
      .filter((name) => BUILD_SCRIPTS.test(name))
      .map((name) => `scripts/${name}`),
    ...INPUT_FOLDERS.flatMap((folder) => listFiles(root, folder)),
  ];
  return paths.sort();
}

/**
 * Every file below a folder, as paths with "/" relative to `root`; none when the folder is missing.
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
export function listFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(root, path)).isDirectory() ? listFiles(root, path) : [path];
  });
}

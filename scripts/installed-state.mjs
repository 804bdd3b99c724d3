import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {string} [resolved]
 * @property {boolean} [optional]
 * @property {boolean} [peer]
 * @property {boolean} [link]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 */

/**
 * Why the node_modules of `root` must be installed anew, or undefined when it holds exactly what package-lock.json
 * asks for on this machine. Read from npm's own record of what it installed, so no stamp of ours can go stale.
 * @param {string} root
 * @returns {string | undefined}
 */
export function whyInstall(root) {
  const installedPath = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedPath)) return "node_modules is missing";
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(installedPath);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.link === true) continue;
    const present = installed[path];
    if (present === undefined) {
      if (entry.optional === true && !fitsThisMachine(entry)) continue;
      if (entry.optional === true && !isPlatformBinary(entry)) continue;
      return `${path} is not installed`;
    }
    if (present.version !== entry.version || present.integrity !== entry.integrity) {
      return `${path} is ${present.version}, package-lock.json says ${entry.version}`;
    }
    if (!existsSync(join(root, path, "package.json"))) return `${path} is gone`;
  }
  const extra = Object.keys(installed).find((path) => path !== "" && wanted[path] === undefined);
  return extra === undefined ? undefined : `${extra} is not in package-lock.json`;
}

/** @returns {Record<string, LockedPackage>} */
function readPackages(/** @type {string} */ path) {
  return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
}

/** An optional package without a platform may have been left out for a good reason; a binary for this one not. */
function isPlatformBinary(/** @type {LockedPackage} */ entry) {
  return entry.os !== undefined || entry.cpu !== undefined;
}

function fitsThisMachine(/** @type {LockedPackage} */ { os, cpu, libc }) {
  return (
    allows(os, process.platform) && allows(cpu, process.arch) && (libc === undefined || allows(libc, libcFamily()))
  );
}

/** npm's rule: a list of names, or of names with "!" that are excluded. */
function allows(/** @type {string[] | undefined} */ list, /** @type {string} */ name) {
  if (list === undefined || list.length === 0 || list.includes("any")) return true;
  if (list.includes(`!${name}`)) return false;
  return list.includes(name) || list.every((entry) => entry.startsWith("!"));
}

function libcFamily() {
  if (process.platform !== "linux") return "none";
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

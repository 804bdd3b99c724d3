import { sep } from "node:path";

/**
 * An esbuild plugin that leads imports of some packages to one file of their own, which is read when the first of them is
 * needed. The entry of that file has the packages by their names, in its export `packages`.
 * @param {{ packages: readonly string[], entry: string, file: string }} options `entry` as a part of its path; `file` as the bundle requires it
 * @returns {import("esbuild").Plugin}
 */
export function ownFile({ packages, entry, file }) {
  return {
    name: "own-file",
    setup(build) {
      const filter = new RegExp(`^(?:${packages.map((name) => name.replaceAll("/", "\\/")).join("|")})$`);
      build.onResolve({ filter }, ({ path, importer }) => {
        if (importer.endsWith(entry) || importer.includes(`${sep}node_modules${sep}`)) return undefined;
        return { path, namespace: "own-file" };
      });
      build.onLoad({ filter: /.*/, namespace: "own-file" }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(file)}).packages[${JSON.stringify(path)}];`,
        loader: "js",
      }));
    },
  };
}

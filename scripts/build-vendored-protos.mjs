import { cpSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/**
 * The bundled packages that read .proto files from beside their own code. (grpc-js does so too, but only in channelz
 * and ORCA, which nothing here serves.)
 */
const READERS = /[\\/]node_modules[\\/](@grpc[\\/]reflection|grpc-health-check)[\\/]build[\\/]src[\\/].*\.js$/;

/** `${__dirname}/../../proto/…` inside a template, and `__dirname, '../../proto/…'` as arguments of path.join. */
const IN_TEMPLATE = /\$\{__dirname\}\/\.\.\/\.\.\/(proto[\w/.-]*)/g;
const AS_ARGUMENTS = /__dirname, (['"])\.\.\/\.\.\/(proto[\w/.-]*)\1/g;

/**
 * An esbuild plugin: the files that bundled packages look for relative to their own place are copied to
 * `vendor/<package>/proto` beside the bundle, and the packages are pointed there.
 * @param {{ outputDirectory: string }} options
 * @returns {import("esbuild").Plugin}
 */
export function vendoredProtos({ outputDirectory }) {
  return {
    name: "vendored-protos",
    setup(build) {
      build.onLoad({ filter: READERS }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        if (!source.includes("__dirname")) return undefined;
        const name = READERS.exec(path)?.[1]?.replaceAll("\\", "/");
        /** @type {Set<string>} */
        const wanted = new Set();
        const point = (/** @type {string} */ place) => {
          wanted.add(place);
          return `vendor/${name}/${place}`;
        };
        const contents = source
          .replace(IN_TEMPLATE, (_, place) => `\${__dirname}/${point(place)}`)
          .replace(AS_ARGUMENTS, (_, quote, place) => `__dirname, ${quote}${point(place)}${quote}`);
        const missed = contents.match(/__dirname(?!\}\/vendor\/|, ['"]vendor\/)/);
        if (missed !== null) return { errors: [{ text: `a use of __dirname that the plugin does not know: ${path}` }] };
        for (const place of wanted)
          copyProtos(resolve(dirname(path), "../..", place), join(outputDirectory, `vendor/${name}/${place}`));
        return { contents, loader: "js" };
      });
    },
  };
}

/** Copies a .proto file, or the .proto files of a folder. @param {string} from @param {string} to */
function copyProtos(from, to) {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => relative(from, path) === "" || !/\.[^./\\]+$/.test(path) || path.endsWith(".proto"),
  });
}

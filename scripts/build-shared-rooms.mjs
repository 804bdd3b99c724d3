import { dirname, join, relative } from "node:path";

/** What src/rooms.ts gives to bundles that stand on top of the SDK. */
const SHARED = [
  "channel",
  "codec",
  "contract",
  "errors",
  "isolator",
  "platform",
  "pool",
  "process",
  "session",
  "supervision",
];

/** Where a bundle finds them. @param {string} bundle of the SDK */
export function roomsOf(bundle) {
  return `const __rooms = require(${JSON.stringify(bundle)}).ProcessIsolator[Symbol.for("process-isolation.rooms")];`;
}

/**
 * An esbuild plugin: what a bundle imports of the shared rooms, it takes from the bundle of the SDK. A second copy would have
 * its own classes, and its own reaper.
 * @param {string} root
 * @returns {import("esbuild").Plugin}
 */
export function sharedRooms(root) {
  return {
    name: "shared-rooms",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\/.*\/index\.js$/ }, ({ path, importer }) => {
        const [room, file, ...more] = relative(join(root, "src"), join(dirname(importer), path)).split(/[\\/]/);
        if (room === undefined || file !== "index.js" || more.length > 0 || !SHARED.includes(room)) return undefined;
        return { path: room, namespace: "shared-room" };
      });
      build.onLoad({ filter: /.*/, namespace: "shared-room" }, ({ path }) => ({
        contents: `module.exports = __rooms.${path};`,
      }));
    },
  };
}

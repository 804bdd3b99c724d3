/**
 * Who may import what, as Biome overrides (written to biome.rooms.json by `npm run generate`).
 * A room of src/ imports only from the rooms above it in ROOMS; the executable in pihost/ sees some of them.
 */

/** The rooms of src/, top first: each may import only from those before it. */
export const ROOMS = [
  "intrinsics",
  "inside",
  "errors",
  "telemetry",
  "contract",
  "codec",
  "grpc",
  "session",
  "platform",
  "limits",
  "sandbox",
  "process",
  "channel",
  "recording",
  "supervision",
  "isolator",
  "pool",
  "kernel",
  "adapters",
  "cli",
];

/** The rooms that the executable may import. */
export const ROOMS_OF_PIHOST = [
  "intrinsics",
  "inside",
  "errors",
  "telemetry",
  "contract",
  "codec",
  "grpc",
  "session",
  "platform",
  "sandbox",
];

/** Each fenced package, with the places that may import it (file globs). */
export const PACKAGE_OWNERS = {
  "@grpc/grpc-js": ["src/contract", "src/channel", "pihost/server"],
  "@bufbuild/protobuf": ["src/contract"],
  "tree-kill": ["src/platform/process-tree"],
  commander: ["src/cli"],
  "@opentelemetry/api": ["src/adapters/opentelemetry"],
  "prom-client": ["src/adapters/prometheus", "src/kernel/metrics"],
  yaml: ["src/kernel/manifest"],
  bullmq: ["src/adapters/bullmq"],
  "@grpc/proto-loader": ["pihost/server", "pihost/services"],
  protobufjs: ["pihost/services"],
  "@grpc/reflection": ["pihost/server"],
  "grpc-health-check": ["pihost/server"],
};

/** The files of one place: a folder, or the files and folders that begin with its name. */
const filesOf = (/** @type {string} */ place) => [`${place}/**`, `${place}*`, `${place}*/**`];

/** The packages that `place` may not import, as one pattern. */
function fencedPackages(/** @type {string} */ place) {
  const fenced = Object.entries(PACKAGE_OWNERS).filter(([, owners]) => !owners.includes(place));
  return {
    group: fenced.flatMap(([name]) => [name, `${name}/**`]),
    message: "Another place owns this package: see PACKAGE_OWNERS in scripts/import-rules.mjs.",
  };
}

const generated = { group: ["**/contract/gen/**"], message: "Generated code is imported by src/contract only." };
const executable = { group: ["**/pihost/**"], message: "The SDK never imports the executable." };

/** The patterns that hold in one room, `place` being the room or a part of it with its own packages. */
function patternsOfRoom(/** @type {string} */ room, place = `src/${room}`) {
  const below = ROOMS.slice(ROOMS.indexOf(room) + 1).map((name) => `**/${name}/**`);
  return [
    ...(below.length > 0 ? [{ group: below, message: "A room imports only from the rooms above it." }] : []),
    // The generated code has a folder named pihost, so only the path out of src/ is fenced there.
    ...(room === "contract" ? [{ ...executable, group: ["../../pihost/**"] }] : [generated, executable]),
    fencedPackages(place),
  ];
}

const pihostRooms = {
  group: ["**/src/**", ...ROOMS_OF_PIHOST.map((room) => `!**/src/${room}/**`)],
  message: `pihost sees only ${ROOMS_OF_PIHOST.join(", ")}.`,
};

/** One override; `includes` of two overrides never overlap, because the later one would replace the earlier. */
function fence(/** @type {string[]} */ includes, /** @type {object[]} */ patterns) {
  return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options: { patterns } } } } } };
}

/** The whole configuration file. */
export function importRules() {
  const overrides = [];
  for (const room of ROOMS) {
    const parts = partsWithin(`src/${room}`);
    overrides.push(fence([`src/${room}/**`, ...except(parts)], patternsOfRoom(room)));
    for (const part of parts) overrides.push(fence(filesOf(part), patternsOfRoom(room, part)));
  }
  overrides.push(fence(["src/*.ts"], [generated, executable, fencedPackages("src")]));
  const parts = partsWithin("pihost");
  overrides.push(fence(["pihost/**", ...except(parts)], [pihostRooms, generated, fencedPackages("pihost")]));
  for (const part of parts) overrides.push(fence(filesOf(part), [pihostRooms, generated, fencedPackages(part)]));
  return { overrides };
}

/** The parts of a place that own a package themselves. */
function partsWithin(/** @type {string} */ place) {
  const owners = Object.values(PACKAGE_OWNERS).flat();
  return [...new Set(owners.filter((owner) => owner.startsWith(`${place}/`)))];
}

function except(/** @type {string[]} */ parts) {
  return parts.flatMap(filesOf).map((glob) => `!${glob}`);
}

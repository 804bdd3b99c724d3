/** What a user cannot do without. */
const REQUIRED = [
  "package.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "dist/src/index.js",
  "dist/src/index.d.ts",
  "dist/src/cli/main.js",
  "dist/pihost/boot.cjs",
  "dist/pihost/main.cjs",
  "dist/pihost/descriptor.binpb",
  "dist/pihost/THIRD_PARTY_NOTICES.txt",
  "proto/pihost/v1/host_service.proto",
];

/** What may be in the package at all; anything else is a file that slipped in. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/src\/.+\.(js|d\.ts)$/,
  /^dist\/pihost\/[^/]+\.(cjs|js|d\.ts|binpb|txt)$/,
  /^dist\/pihost\/vendor\/.+\.proto$/,
  /^proto\/.+\.proto$/,
  /^docs\/[^/]+\.md$/,
];

/**
 * Whether the tarball holds all that a user needs and nothing else.
 * @param {import("./pack-package.mjs").PackedPackage} packed
 * @returns {import("./check-steps.mjs").StepResult}
 */
export function judgeContents({ files }) {
  const missing = REQUIRED.filter((path) => !files.includes(path)).map((path) => `missing: ${path}`);
  const surplus = files
    .filter((path) => !ALLOWED.some((pattern) => pattern.test(path)))
    .map((path) => `surplus: ${path}`);
  const complaints = [...missing, ...surplus];
  return { state: complaints.length === 0 ? "passed" : "failed", output: complaints.join("\n") };
}

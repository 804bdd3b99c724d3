/** What a user cannot do without. */
const REQUIRED = [
  "package.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "dist/index.cjs",
  "dist/index.mjs",
  "dist/index.d.cts",
  "dist/index.d.mts",
  "dist/THIRD_PARTY_NOTICES.txt",
  "conformance/runner/index.mjs",
  "conformance/scenarios/handshake.json",
  "dist/bullmq/index.cjs",
  "dist/bullmq/index.mjs",
  "dist/bullmq/index.d.cts",
  "dist/bullmq/index.d.mts",
  "dist/cli/main.mjs",
  "dist/dashboard/app.css",
  "dist/dashboard/app.js",
  "dist/dashboard/icon.svg",
  "dist/dashboard/index.html",
  "dist/kernel/index.cjs",
  "dist/kernel/index.mjs",
  "dist/kernel/index.d.cts",
  "dist/kernel/index.d.mts",
  "dist/opentelemetry/index.cjs",
  "dist/opentelemetry/index.mjs",
  "dist/opentelemetry/index.d.cts",
  "dist/opentelemetry/index.d.mts",
  "dist/prometheus/index.cjs",
  "dist/prometheus/index.mjs",
  "dist/prometheus/index.d.cts",
  "dist/prometheus/index.d.mts",
  "dist/pihost/boot.cjs",
  "dist/pihost/inside.cjs",
  "dist/pihost/inside.mjs",
  "dist/pihost/inside.d.cts",
  "dist/pihost/inside.d.mts",
  "dist/pihost/main.cjs",
  "dist/pihost/descriptor.binpb",
  "dist/pihost/THIRD_PARTY_NOTICES.txt",
  "pihost/python/process_isolation_pihost/__main__.py",
  "pihost/python/process_isolation_pihost/grpc_socket/descriptors.py",
  "pihost/python/process_isolation_pihost/session/session.py",
  "proto/pihost/v1/host_service.proto",
  "proto/pihost.binpb",
  "schema/kernel.schema.json",
  "docs/protocol.md",
];

/** What may be in the package at all; anything else is a file that slipped in. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/(index(-import)?\.cjs|index\.mjs|index\.d\.[cm]ts|THIRD_PARTY_NOTICES\.txt)$/,
  // How pipes are named on Windows, for acceptance checks on other systems; and what that stands on.
  /^dist\/src\/(errors\/[^/]+|platform\/socket-(address\.windows|name))\.js$/,
  /^dist\/types\/.+\.d\.cts$/,
  /^conformance\/(README\.md|runner\/[^/]+\.mjs|scenarios\/[^/]+\.json)$/,
  /^conformance\/fixtures\/(node|python|go)\/[^/]+\.(mjs|py|go|mod)$/,
  /^dist\/cli\/[^/]+\.mjs$/,
  /^dist\/dashboard\/(app\.(css|js)|icon\.svg|index\.html)$/,
  /^dist\/(bullmq|kernel|opentelemetry|prometheus)\/(index(-import)?\.cjs|index\.mjs|index\.d\.[cm]ts)$/,
  /^dist\/pihost\/[^/]+\.(cjs|mjs|d\.[cm]ts|binpb|txt)$/,
  /^dist\/pihost\/vendor\/.+\.proto$/,
  /^pihost\/python\/process_isolation_pihost\/([a-z_]+\/)?[a-z_]+\.py$/,
  /^proto\/.+\.proto$/,
  /^proto\/pihost\.binpb$/,
  /^schema\/kernel\.schema\.json$/,
  /^docs\/[^/]+\.md$/,
  /^docs\/pictures\/[^/]+\.png$/,
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

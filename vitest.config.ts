import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const builtPihostEntry = fileURLToPath(new URL("test/setup/built-pihost-entry.ts", import.meta.url));

export default defineConfig({
  resolve: { alias: [{ find: /^.*\/pihost-entry\.js$/, replacement: builtPihostEntry }] },
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    // Real processes, signals and exit codes: a worker thread cannot receive them.
    pool: "forks",
    // Most tests wait for processes: one more than the cores that there are at the least.
    maxWorkers: 3,
    globalSetup: ["test/setup/leak-guard.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    // Real processes, signals and exit codes: a worker thread cannot receive them.
    pool: "forks",
    maxWorkers: 2,
    globalSetup: ["test/setup/leak-guard.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});

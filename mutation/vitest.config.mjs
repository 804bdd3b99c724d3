import { mergeConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import base from "../vitest.config.ts";

/** @type {readonly string[]} */
const order = JSON.parse(process.env.MUTATION_ORDER ?? "[]");

/** The likeliest to notice come first. */
class GivenOrder extends BaseSequencer {
  /** @override @param {import("vitest/node").TestSpecification[]} specifications */
  async sort(specifications) {
    const place = (/** @type {string} */ path) => order.findIndex((file) => path.endsWith(`/${file}`));
    return [...specifications].sort((a, b) => place(a.moduleId) - place(b.moduleId));
  }
}

export default mergeConfig(base, {
  test: {
    setupFiles: process.env.MUTATION_COVERAGE === undefined ? [] : ["mutation/collect-coverage.mjs"],
    sequence: { sequencer: GivenOrder },
    retry: 0,
    // Every change is tried on the same code: without this, all of it would be transformed again for each.
    experimental: { fsModuleCache: true, fsModuleCachePath: ".mutation-cache" },
  },
});

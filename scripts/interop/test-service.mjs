import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "../workspace.mjs";

export const TEST_FOLDER = join(repositoryRoot, "test/fixtures/interop");

/** What is served, by files of that folder. */
export const SERVED = Object.freeze({
  module: "./test-service.mjs",
  protos: ["grpc/testing/test.proto"],
  services: ["grpc.testing.TestService"],
});

const NAME = `interop-${process.pid}`;

/**
 * Starts a process that serves `grpc.testing.TestService`, for as long as `use` runs.
 *
 * @template Result
 * @param {(target: import("../interop.mjs").Target) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withTestService(use) {
  /** @type {typeof import("../../src/index.js")} */
  const { ProcessIsolator } = await built("index.mjs");
  /** @type {typeof import("../../src/isolator/live-record.js")} */
  const { listLive } = await built("src/isolator/live-record.js");
  const isolator = await ProcessIsolator.create({ name: NAME, from: TEST_FOLDER, discoverable: true });
  try {
    await isolator.invoke("pihost:", "serve", [{ ...SERVED, includeDirs: ["."] }]);
    const record = listLive().find(({ name }) => name === NAME);
    if (record === undefined) throw new Error(`${NAME} is not listed`);
    return await use({ address: `unix://${record.address}`, metadata: { authorization: `Bearer ${record.token}` } });
  } finally {
    await isolator.shutdown({ reason: "the tests are over", graceMs: 100 });
  }
}

const built = (/** @type {string} */ file) => import(pathToFileURL(join(repositoryRoot, "dist", file)).href);

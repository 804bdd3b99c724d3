import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "../workspace.mjs";
import { SERVED, TEST_FOLDER } from "./test-service.mjs";

/**
 * Starts a kernel, one isolate of which serves `grpc.testing.TestService`, for as long as `use` runs, behind its front door.
 *
 * @template Result
 * @param {(target: import("../interop.mjs").Target) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withFrontDoor(use) {
  /** @type {typeof import("../../src/kernel/index.js")} */
  const { Kernel } = await import(pathToFileURL(join(repositoryRoot, "dist/kernel/index.mjs")).href);
  const at = (/** @type {string} */ file) => join(TEST_FOLDER, file);
  const grpc = { proto: SERVED.protos.map(at), includeDirs: [TEST_FOLDER], services: [...SERVED.services] };
  const kernel = await Kernel.start({ name: "interop", isolates: { test: { module: at(SERVED.module), grpc } } });
  try {
    const { token } = kernel.tokens.create({ scopes: ["call:*"] });
    return await use({ address: `unix://${kernel.socket}`, metadata: { authorization: `Bearer ${token}` } });
  } finally {
    await kernel.shutdown({ reason: "the tests are over" });
  }
}

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { NODE_MAJORS, nodeOfLine } from "../../scripts/node-versions.mjs";

/** The Nodes that are on this machine: the one that runs the tests and those that `.ci/run` has fetched. */
export const nodes: readonly (readonly [major: number, execPath: string])[] = await presentNodes();

async function presentNodes(): Promise<(readonly [number, string])[]> {
  const cache = join(import.meta.dirname, "../../node_modules/.cache/nodes");
  const own = Number.parseInt(process.versions.node, 10);
  const present = existsSync(cache) ? readdirSync(cache).map(Number) : [];
  const isComplete = process.env.CI === "true";
  // In CI a Node that is missing is fetched, or fails the tests.
  const majors = NODE_MAJORS.filter((major) => isComplete || major === own || present.includes(major));
  return Promise.all(majors.map(async (major) => [major, await nodeOfLine(major)] as const));
}

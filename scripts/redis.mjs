import { spawnSync } from "node:child_process";
import { hasCommand, installDebianPackages } from "./debian-packages.mjs";

/**
 * Sees to it that there is a Redis for the tests of BullMQ, and says so: on Debian, as root, it is installed when it is missing.
 *
 * @returns {Promise<string | undefined>} why there is none; undefined when there is
 */
export async function ensureRedis() {
  if (process.platform === "win32") return undefined;
  const why = hasCommand("redis-server") ? undefined : await installDebianPackages(["redis-server"]);
  if (!hasCommand("redis-server")) return `redis-server missing: ${why}`;
  process.stdout.write(`redis: ${spawnSync("redis-server", ["--version"], { encoding: "utf8" }).stdout}`);
  return undefined;
}

// Compilers of other languages, for the stages of `.ci/run` that show the contract to them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installDebianPackages } from "./debian-packages.mjs";
import { runCommand } from "./run-command.mjs";
import { cacheDirectory, repositoryRoot } from "./workspace.mjs";

const TIMEOUT_MS = 10 * 60_000;

export const PROTO = join(repositoryRoot, "proto");
/** What is built or installed for them, once. */
export const TOOLS = join(cacheDirectory, "contract-tools");

/** A toolchain, or what it needs, cannot be had here. */
export class Missing extends Error {}

/** @param {string} command @param {string[]} args that only make it say something of itself @throws {Missing} */
export function need(command, args) {
  if (spawnSync(command, args).status !== 0) throw new Missing(`there is no ${command}`);
}

/** The system's own protoc, which belongs to the headers for C++ that are beside it. @throws {Missing} */
export async function systemProtoc() {
  const packages = ["protobuf-compiler", "libprotobuf-dev"];
  const hasAll =
    existsSync("/usr/include/google/protobuf/message.h") && spawnSync("protoc", ["--version"]).status === 0;
  const why = hasAll ? undefined : await installDebianPackages(packages);
  if (why !== undefined) throw new Missing(`${packages.join(" and ")} cannot be had: ${why}`);
}

/** What it printed. @param {string} command @param {string[]} args @param {Parameters<typeof runCommand>[2]} [options] */
export async function run(command, args, options = {}) {
  const { code, output, stdout } = await runCommand(command, args, { timeoutMs: TIMEOUT_MS, ...options });
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output.slice(-4_000)}`);
  return stdout;
}

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../run-command.mjs";
import { cacheDirectory } from "../workspace.mjs";

const VERSION = "v1.85.0";
const BUILD_MS = 10 * 60_000;
const CASE_MS = 60_000;

/**
 * The path of the official client, built through the Go module proxy at its first use.
 *
 * @returns {Promise<string>}
 */
export async function ensureGoClient() {
  const folder = join(cacheDirectory, "tools", `grpc-go-${VERSION}`);
  const executable = join(folder, process.platform === "win32" ? "client.exe" : "client");
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  const build = await runCommand("go", ["install", `google.golang.org/grpc/interop/client@${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    timeoutMs: BUILD_MS,
  });
  if (build.code !== 0) throw new Error(`the interop client of grpc-go cannot be built:\n${build.output}`);
  return executable;
}

/**
 * What one case printed when it failed; undefined when it did not.
 *
 * @param {string} client
 * @param {string} name
 * @param {import("../interop.mjs").Target} target
 * @returns {Promise<string | undefined>}
 */
export async function runGoCase(client, name, { address, metadata }) {
  const additional = Object.entries(metadata).map(([key, value]) => `${key}:${value}`);
  const args = [`-test_case=${name}`, ...whereOf(address), `-additional_metadata=${additional.join(";")}`];
  // The bound of a call is for machines that have nothing else to do.
  const soak = ["-soak_iterations=100", "-soak_per_iteration_max_acceptable_latency_ms=10000"];
  const { code, output } = await runCommand(client, [...args, ...soak, "-soak_overall_timeout_seconds=60"], {
    env: { ...process.env, GRPC_GO_LOG_SEVERITY_LEVEL: "info" },
    timeoutMs: CASE_MS,
  });
  return code === 0 ? undefined : output.split("\n").slice(-20).join("\n");
}

function whereOf(/** @type {string} */ address) {
  if (address.startsWith("unix:")) return [`-server_host=${address}`, "-server_port=0"];
  const colon = address.lastIndexOf(":");
  return [`-server_host=${address.slice(0, colon)}`, `-server_port=${address.slice(colon + 1)}`];
}

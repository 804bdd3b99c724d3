import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";
import { cacheDirectory } from "./workspace.mjs";

const VERSION = "v1.9.3";

/**
 * The path of a grpcurl, built from source through the Go module proxy at its first use (about a minute); undefined
 * where there is no Go or the build fails.
 * @returns {Promise<string | undefined>}
 */
export async function ensureGrpcurl() {
  const folder = join(cacheDirectory, "tools", VERSION);
  const executable = join(folder, process.platform === "win32" ? "grpcurl.exe" : "grpcurl");
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  const build = await runCommand("go", ["install", `github.com/fullstorydev/grpcurl/cmd/grpcurl@${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    timeoutMs: 5 * 60_000,
  }).catch(() => undefined);
  return build?.code === 0 && existsSync(executable) ? executable : undefined;
}

// node scripts/h2spec.mjs [OPTIONS OF h2spec]: the conformance tests of HTTP/2 against a front door that is opened for it.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "./run-command.mjs";
import { cacheDirectory, repositoryRoot } from "./workspace.mjs";

const VERSION = "v2.2.1+incompatible";

/**
 * The path of an h2spec, built from source through the Go module proxy at its first use; undefined where there is no Go or
 * the build fails.
 * @returns {Promise<string | undefined>}
 */
export async function ensureH2spec() {
  const folder = join(cacheDirectory, "tools", `h2spec-${VERSION}`);
  const executable = join(folder, process.platform === "win32" ? "h2spec.exe" : "h2spec");
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  const build = await runCommand("go", ["install", `github.com/summerwind/h2spec/cmd/h2spec@${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    timeoutMs: 5 * 60_000,
  }).catch(() => undefined);
  return build?.code === 0 && existsSync(executable) ? executable : undefined;
}

/** Opens a front door on a port of its own, and runs h2spec against it. */
async function main(/** @type {string[]} */ options) {
  const h2spec = await ensureH2spec();
  if (h2spec === undefined) throw new Error("h2spec cannot be built: Go is needed, and its module proxy");
  const built = pathToFileURL(join(repositoryRoot, "dist", "src", "kernel", "routing", "index.js")).href;
  const { openFrontDoor, Tokens } = await import(built);
  const folder = mkdtempSync(join(tmpdir(), "h2spec-"));
  const routes = {
    isolates: () => [],
    describe: () => undefined,
    upstream: () => Promise.reject(),
    onChange: () => () => {},
  };
  const listen = { host: "127.0.0.1", port: 0, tls: undefined };
  const socket = join(folder, "door.sock");
  const door = await openFrontDoor({
    kernel: "h2spec",
    socket,
    listen,
    auth: "token",
    tokens: new Tokens(),
    routes,
    local: [],
  });
  try {
    const run = await runCommand(h2spec, ["-h", "127.0.0.1", "-p", String(door.address.port), "-o", "5", ...options]);
    process.stdout.write(run.output);
    process.exitCode = run.code ?? 1;
  } finally {
    await door.close(0);
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(process.argv.slice(2));

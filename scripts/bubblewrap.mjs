import { spawnSync } from "node:child_process";

/** Installs bubblewrap, which the sandbox's tests need, on a Debian machine where we are root; says so where it cannot. */
export async function ensureBubblewrap() {
  if (process.platform !== "linux" || has("bwrap")) return;
  if (process.getuid?.() !== 0 || !has("apt-get")) {
    process.stdout.write("bwrap is missing, and cannot be installed here\n");
    return;
  }
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "bubblewrap"]);
  process.stdout.write(has("bwrap") ? "bwrap: installed\n" : "bwrap could not be installed\n");
}

function has(/** @type {string} */ command) {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}

function run(/** @type {string} */ command, /** @type {string[]} */ args) {
  spawnSync(command, args, { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
}

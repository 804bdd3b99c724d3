import { spawn, spawnSync } from "node:child_process";
import { pbkdf2Sync } from "node:crypto";
import { Worker } from "node:worker_threads";

/** @param {() => void} busy what keeps the event loop; it begins once the answer is out */
function afterwards(busy) {
  setTimeout(busy, 20);
}

export const loop = () =>
  afterwards(() => {
    for (;;);
  });

export const native = () => afterwards(() => pbkdf2Sync("password", "salt", 2 ** 31 - 1, 64, "sha512"));

export const spawnSynchronously = () => afterwards(() => spawnSync("sleep", ["1000"]));

export function loopInThreads() {
  for (let threads = 0; threads < 2; threads += 1) new Worker("for (;;);", { eval: true });
}

export function refuse() {
  process.on("SIGTERM", () => {});
  process.on("exit", () => {
    for (;;);
  });
}

export const grandchild = () => {
  spawn("sleep", ["1000"], { stdio: "ignore" });
};

export const detached = () => {
  spawn("sleep", ["1000"], { stdio: "ignore", detached: true }).unref();
};

/** The middle one ends at once, so that nothing leads from the child to the sleeper. */
export const forkedTwice = () => {
  spawnSync("setsid", ["sh", "-c", "sleep 1000 & exit 0"], { stdio: "ignore" });
};

export const detachedAndStopped = () => {
  const sleeper = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
  sleeper.unref();
  sleeper.kill("SIGSTOP");
};

export const detachedWithoutEnvironment = () => {
  spawn("sleep", ["1000.75"], { stdio: "ignore", detached: true, env: {} }).unref();
};

export const nothing = () => {};

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runWithScript } from "./run-module.js";

let folder = "";
let lock = "";
let log = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "with-lock-"));
  lock = join(folder, "locks/job.lock");
  log = join(folder, "log");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that takes the lock, and writes that it is in and, a turn of the event loop later, that it is out. */
function contend(): Promise<string> {
  return runWithScript(
    "with-lock.mjs",
    `import { appendFileSync } from "node:fs";
     import { setImmediate as turn } from "node:timers/promises";
     await script.withLock(${JSON.stringify(lock)}, async () => {
       appendFileSync(${JSON.stringify(log)}, "in\\n");
       await turn();
       appendFileSync(${JSON.stringify(log)}, "out\\n");
     });`,
  );
}

test("several processes hold the lock one after the other", async () => {
  await Promise.all([contend(), contend(), contend(), contend()]);
  expect(readFileSync(log, "utf8")).toBe("in\nout\n".repeat(4));
  expect(existsSync(lock)).toBe(false);
});

test("the lock of a dead process is taken over by one waiter at a time", async () => {
  const dead = await runWithScript("with-lock.mjs", "console.log(process.pid)");
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, "owner"), dead);
  await Promise.all([contend(), contend(), contend()]);
  expect(readFileSync(log, "utf8")).toBe("in\nout\n".repeat(3));
});

test("a lock whose maker died before writing its name is taken over after a while", async () => {
  mkdirSync(lock, { recursive: true });
  utimesSync(lock, new Date(0), new Date(0));
  await contend();
  expect(readFileSync(log, "utf8")).toBe("in\nout\n");
});

// A program that uses numpy, lives through a crash in it, and goes on: node examples/python-library/main.mjs
//
// It needs Python 3.9 or newer, and installs numpy from PyPI into a folder that goes with it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IsolationError, isolate } from "process-isolation";

const folder = mkdtempSync(join(tmpdir(), "python-library-"));
try {
  execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  const python = join(folder, "bin/python");
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "numpy"], {
    stdio: "inherit",
  });
  await main(python);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} python the interpreter that has numpy */
async function main(python) {
  const { api, isolator } = await isolate(new URL("statistics_service.py", import.meta.url).href, {
    name: "statistics",
    runtime: "python",
    env: { PIHOST_PYTHON: python },
    limits: { memory: "1 GiB" },
  });

  const values = Float64Array.from({ length: 100_000 }, (_, index) => Math.sin(index));
  const before = await api.describe(values);
  console.log("numpy says", before);
  assert.ok(Math.abs(before.mean) < 0.01);

  const normalized = await api.normalized(values);
  assert.ok(normalized instanceof Float64Array && normalized.length === values.length);

  let windows = 0;
  for await (const _ of await api.windows(values, 1_000)) windows += 1;
  console.log(windows, "windows streamed");

  const crash = await api.crash().catch((/** @type {unknown} */ error) => error);
  assert.ok(IsolationError.is(crash, "CRASHED"));
  console.log("it crashed:", crash.message);

  assert.deepEqual(await api.describe(values), before);
  console.log("and is back, as generation", isolator.generation);
  await isolator.shutdown();
}

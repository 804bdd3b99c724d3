// A user's program, in plain JavaScript, against the installed package.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { IsolationError, isolate, ProcessIsolator } from "process-isolation";

const sampleUrl = new URL("./sample.mjs", import.meta.url);
const started = performance.now();

const sample = await isolate(sampleUrl);
assert.equal(await sample.api.add(1, 2), 3);
const { pid, node } = await sample.api.describe();
assert.notEqual(pid, process.pid);
assert.equal(node, process.versions.node);
await assert.rejects(sample.api.fail(), { name: "RangeError", message: "out of range" });
await assert.rejects(sample.api.crash(), (error) => IsolationError.is(error) && error.code === "CRASHED");
assert.equal(await sample.api.add(3, 4), 7);
assert.notEqual((await sample.api.describe()).pid, pid);
await sample.isolator.shutdown({ reason: "done" });
assert.deepEqual(await exitOf(sample.isolator), { kind: "exited", code: 0 });

const isolator = await ProcessIsolator.create({ restart: false });
assert.equal(await isolator.invokeMethod(sampleUrl, "SampleClass.method", ["return3"]), 3);
await isolator.shutdown({ reason: "done" });

const manifest = createRequire(import.meta.url).resolve("process-isolation/package.json");
const { bin } = createRequire(import.meta.url)("process-isolation/package.json");
const command = join(dirname(manifest), bin.pihost);
const run = spawnSync(
  process.execPath,
  [command, "run", fileURLToPath(sampleUrl), "SampleClass.method", "--", "return3"],
  { encoding: "utf8" },
);
assert.equal(run.status, 3, run.stderr);
assert.match(run.stdout, /^args: return3$/m);

const fixtures = join(dirname(manifest), "conformance/fixtures/node");
const judged = spawnSync(
  process.execPath,
  [
    ...[command, "conformance", "--module", "./fixture.mjs", "--from", fixtures, "--only", "^calls: "],
    ...["--", process.execPath, command, "child"],
  ],
  { encoding: "utf8" },
);
assert.equal(judged.status, 0, judged.stdout + judged.stderr);
assert.match(judged.stderr, /^\d+ passed$/m);

console.log(`Node ${process.versions.node}: ${Math.round(performance.now() - started)} ms`);

async function exitOf(one) {
  const { kind, code } = await one.waitForExit({ timeoutMs: 10_000 });
  return { kind, code };
}

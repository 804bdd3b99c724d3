// What every host must be able to do, whoever loads the package and however.
const assert = require("node:assert/strict");
const { pathToFileURL } = require("node:url");
const { join } = require("node:path");

const sampleUrl = pathToFileURL(join(__dirname, "sample.mjs"));

/**
 * @param {typeof import("process-isolation")} pkg
 * @param {import("process-isolation").IsolationOptions} [options]
 */
module.exports = async function exercise({ isolate, IsolationError }, options = {}) {
  const { api, isolator } = await isolate(sampleUrl, { graceMs: 50, ...options });
  assert.equal(await api.add(1, 2), 3);
  const { pid } = await api.describe();
  assert.notEqual(pid, process.pid);
  const failure = await api.fail().catch((error) => error);
  assert.ok(failure instanceof RangeError);
  assert.equal(failure.message, "out of range");
  const crash = await api.crash().catch((error) => error);
  assert.ok(crash instanceof IsolationError);
  assert.equal(crash.code, "CRASHED");
  assert.equal(await api.add(3, 4), 7);
  assert.equal(await api.ask(async (question) => `${question}!`), "ready!");
  const counted = [];
  for await (const number of api.count(3)) counted.push(number);
  assert.deepEqual(counted, [0, 1, 2]);
  const bytes = await api.echo(new Uint8Array([1, 2, 3]));
  assert.deepEqual([...bytes], [1, 2, 3]);
  const map = await api.echo(new Map([["at", new Date(0)]]));
  assert.ok(map instanceof Map);
  assert.equal(map.get("at").getTime(), 0);
  const abort = new AbortController();
  const endless = isolator.invoke(sampleUrl, "wait", [], { signal: abort.signal });
  abort.abort();
  assert.equal((await endless.catch((error) => error)).code, "CANCELLED");
  await isolator.shutdown();
};

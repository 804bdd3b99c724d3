// node windows.mjs, by a Node for Windows: what the package promises there, by node:test.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { IsolationError, isolate, ProcessIsolator } from "process-isolation";

const LIMIT = { timeout: 60_000 };
const PIPE = /^\\\\[.?]\\pipe\\/;
const COMMAND = fileURLToPath(new URL("node_modules/process-isolation/dist/cli/main.mjs", import.meta.url));

/** Runs it with an isolate, and ends that. */
async function withJobs(use, options = {}) {
  const { api, isolator } = await isolate("./jobs.mjs", options);
  try {
    await use(api, isolator);
  } finally {
    await isolator.terminate();
  }
}

async function untilGone(pid) {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
}

/** How a program ended, and what it printed. */
async function ended(...args) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  return { code, output };
}

test("this is Windows", () => assert.equal(process.platform, "win32"));

for (const lane of ["descriptor", "socket"]) {
  test(`values, streams, callbacks and errors cross (lane: ${lane})`, LIMIT, () =>
    withJobs(
      async (api, isolator) => {
        assert.equal(await api.add(1, 2), 3);
        assert.equal(await api.size(new Uint8Array(5_000_000)), 5_000_000);
        assert.deepEqual(await api.twice((number) => number * 10), [10, 20]);
        const items = [];
        for await (const item of api.count(1_000)) items.push(item);
        assert.equal(items.length, 1_000);
        await assert.rejects(
          api.fail(),
          (error) => error instanceof RangeError && error.cause.message === "the map ended",
        );
        const started = new AbortController();
        const cancelled = api.untilCancelled(started.signal);
        started.abort(new Error("enough"));
        await assert.rejects(cancelled, { message: "enough" });
        assert.match(isolator.address, PIPE);
      },
      { lane },
    ),
  );
}

test("a call that crashes its process fails with the exit code, and the next one runs in another", LIMIT, () =>
  withJobs(async (api, isolator) => {
    const first = await api.pid();
    await assert.rejects(api.crash(7), (error) => IsolationError.is(error, "CRASHED") && /code 7/.test(error.message));
    assert.notEqual(await api.pid(), first);
    assert.equal(isolator.generation, 2);
    await untilGone(first);
  }),
);

test("a process that computes for ever is ended", LIMIT, () =>
  withJobs(async (api, isolator) => {
    const pid = await api.pid();
    const spinning = assert.rejects(api.spin(), (error) => IsolationError.is(error));
    await isolator.terminate();
    await spinning;
    await untilGone(pid);
  }),
);

test("a call that is too late is told so", LIMIT, () =>
  withJobs(async (_, isolator) => {
    const call = isolator.invoke("./jobs.mjs", "untilCancelled", [new AbortController().signal], { timeoutMs: 100 });
    await assert.rejects(call, (error) => IsolationError.is(error, "DEADLINE_EXCEEDED"));
  }),
);

test("every process has a pipe of its own name", LIMIT, () =>
  withJobs((first, a) =>
    withJobs(async (second, b) => {
      assert.notEqual(a.address, b.address);
      const { output } = await ended("address.mjs");
      assert.match(output, PIPE);
      assert.ok(![a.address, b.address].includes(output.trim()));
      assert.notEqual(await first.pid(), await second.pid());
    }),
  ),
);

test("a host that is killed takes its busy isolate along", LIMIT, async () => {
  const host = spawn(process.execPath, ["forsaken-host.mjs"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(host.stdout, "data");
  const pid = Number(String(line));
  assert.ok(pid > 0);
  process.kill(pid, 0);
  host.kill("SIGKILL");
  await untilGone(pid);
});

test("a limit that Windows cannot keep is refused, and one of the heap is kept", LIMIT, async () => {
  await assert.rejects(ProcessIsolator.create({ limits: { openFiles: 64 } }), (error) =>
    IsolationError.is(error, "INVALID_OPTION"),
  );
  await withJobs((api) => api.add(1, 2), { limits: { heap: 64_000_000 } });
});

test("what a process prints arrives", LIMIT, () =>
  withJobs(
    async (api, isolator) => {
      const said = once(isolator.events, "stdout");
      await api.say("hello from Windows");
      assert.match(JSON.stringify(await said), /hello from Windows/);
    },
    { stdout: "events" },
  ),
);

test("a shutdown lets the running call finish", LIMIT, () =>
  withJobs(async (api, isolator) => {
    const call = api.twice(async (number) => {
      if (number === 1) void isolator.shutdown();
      await sleep(100);
      return number;
    });
    assert.deepEqual(await call, [1, 2]);
    await isolator.shutdown();
    assert.equal(isolator.state, "stopped");
  }),
);

test("pihost run gives the result as its exit code", LIMIT, async () => {
  assert.deepEqual(await ended(COMMAND, "run", "./jobs.mjs", "--", "5"), { code: 5, output: "" });
});

test("pihost exports lists what a module has", LIMIT, async () => {
  const { code, output } = await ended(COMMAND, "exports", "./jobs.mjs");
  assert.equal(code, 0);
  assert.match(output, /untilCancelled/);
});

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { type Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { ChildOutput, MOST_LAST_BYTES } from "../../src/process/child-output.js";
import { until } from "../helpers/until.js";
import { killIfAlive } from "../platform/support.js";

/** Less than a pipe of Node.js holds on Linux, and more than is read of it at once, so that the process can end while nobody reads. */
const FITS = 180_000;

const isLinux = process.platform === "linux";

/** Longer than the output of a dead process may be silent. */
const STALL_MS = 600;

/** A process of its own group that runs this JavaScript. */
function useNode(body: string): ChildProcessByStdio<null, Readable, null> & { pid: number } {
  const child = spawn(process.execPath, ["-e", body], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const pid = child.pid as number;
  onTestFinished(() => killIfAlive(-pid));
  return Object.assign(child, { pid });
}

/** The host's own output, whose reader takes nothing before it is told to, and holds little. */
class StalledOutput extends Writable {
  bytes = 0;
  #take: (() => void)[] = [];
  #isTaking = false;

  constructor() {
    super({ highWaterMark: 1_024 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.bytes += chunk.length;
    if (this.#isTaking) done();
    else this.#take.push(done);
  }

  takeAll(): void {
    this.#isTaking = true;
    for (const done of this.#take.splice(0)) done();
  }
}

const inherited = (stream: Readable, own: Writable): ChildOutput =>
  new ChildOutput(stream, { mode: "inherit", own, onLine: () => {}, budget: undefined });

test.runIf(isLinux)(
  "what a process wrote last is not lost to a reader that stalls, and its end does not wait for that reader",
  async () => {
    const child = useNode(`
    require("node:fs").writeSync(1, Buffer.alloc(${FITS}, "x"));
  `);
    const own = new StalledOutput();
    const output = inherited(child.stdout, own);
    await once(child, "exit");
    await sleep(STALL_MS);
    await output.finish();
    expect(own.bytes + own.writableLength).toBeGreaterThanOrEqual(FITS);
    own.takeAll();
    own.end();
    await once(own, "finish");
    expect(own.bytes).toBe(FITS);
  },
);

test("a reader that stalls stops a process that writes, and it goes on when the reader does", async () => {
  const child = useNode(`
    const { writeSync } = require("node:fs");
    for (let lines = 0; lines < 1_000; lines++) writeSync(1, Buffer.alloc(1_000, "x"));
  `);
  const own = new StalledOutput();
  const output = inherited(child.stdout, own);
  await sleep(STALL_MS);
  expect(child.exitCode).toBeNull();
  expect(own.writableLength).toBeLessThan(200_000);
  own.takeAll();
  await once(child, "exit");
  await output.finish();
  expect(own.bytes).toBe(1_000_000);
});

test.runIf(isLinux)("what a process wrote last is not lost in a host that is busy for long", async () => {
  const child = useNode(`require("node:fs").writeSync(1, Buffer.alloc(${FITS}, "x"))`);
  let received = 0;
  const output = new ChildOutput(child.stdout, {
    mode: "ignore",
    own: process.stdout,
    onLine: () => {},
    budget: undefined,
    onChunk: (chunk) => {
      received += chunk.length;
    },
  });
  child.stdout.pause();
  await once(child, "exit");
  const finished = output.finish();
  const until = performance.now() + STALL_MS;
  while (performance.now() < until);
  await finished;
  expect(received).toBe(FITS);
});

test("a process goes on when the host's own output is broken", async () => {
  const child = useNode(`
    const { writeSync } = require("node:fs");
    for (let lines = 0; lines < 1_000; lines++) writeSync(1, Buffer.alloc(1_000, "x"));
  `);
  const own = new StalledOutput();
  own.on("error", () => {});
  const output = inherited(child.stdout, own);
  await once(child.stdout, "pause");
  own.destroy(new Error("the reader went away"));
  await once(child, "exit");
  await output.finish();
});

test.each([
  ["keeps the pipe open and says nothing", "setInterval(() => {}, 1_000)"],
  ["never stops writing", "for (;;) require('node:fs').writeSync(1, Buffer.alloc(10_000))"],
  ["writes a little now and then", "setInterval(() => require('node:fs').writeSync(1, 'x'), 20)"],
])("the output of a dead process ends although its descendant %s", { timeout: 10_000 }, async (_, occupation) => {
  const child = useNode(`
    const { pid } = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(occupation)}],
      { detached: true, stdio: ["ignore", "inherit", "ignore"] });
    require("node:fs").writeSync(1, pid + "\\n");
    process.exit();
  `);
  let head = "";
  const output = new ChildOutput(child.stdout, {
    mode: "ignore",
    own: process.stdout,
    onLine: () => {},
    budget: undefined,
    onChunk: (chunk) => {
      if (head.length < 20) head += String(chunk.subarray(0, 20));
    },
  });
  await once(child, "exit");
  await output.finish();
  const holder = Number.parseInt(head, 10);
  expect(holder).toBeGreaterThan(1);
  killIfAlive(holder);
});

/** Descendants that a test has to end. */
async function killHolder(head: string): Promise<void> {
  const holder = Number.parseInt(head, 10);
  expect(holder).toBeGreaterThan(1);
  killIfAlive(holder);
}

test("a descendant that goes on writing is not read for longer than a pipe can have held", async () => {
  const child = useNode(`
    const { pid } = require("node:child_process").spawn(process.execPath, ["-e",
      "const b = Buffer.alloc(1 << 16, 120); for (;;) require('node:fs').writeSync(1, b)"],
      { detached: true, stdio: ["ignore", "inherit", "ignore"] });
    require("node:fs").writeSync(1, pid + "\\n");
    setInterval(() => {}, 1_000);
  `);
  let head = "";
  let received = 0;
  const output = new ChildOutput(child.stdout, {
    mode: "ignore",
    own: process.stdout,
    onLine: () => {},
    budget: undefined,
    onChunk: (chunk) => {
      if (head.length < 20) head += String(chunk.subarray(0, 20));
      received += chunk.length;
    },
  });
  // A machine under load may start the descendant later than all that a process has left is waited for.
  await until(() => received > 100_000, 20_000);
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  const before = received;
  await output.finish();
  expect(received - before).toBeGreaterThan(MOST_LAST_BYTES);
  expect(received - before).toBeLessThan(MOST_LAST_BYTES + 200_000);
  await killHolder(head);
});

test("no more is read than is handled, however short the lines are", async () => {
  const bytes = 1_000_000;
  const child = useNode(`
    const { writeSync } = require("node:fs");
    for (let left = ${bytes}; left > 0; ) left -= writeSync(1, Buffer.alloc(Math.min(left, 100_000), 10));
  `);
  let received = 0;
  let lines = 0;
  let most = 0;
  const output = new ChildOutput(child.stdout, {
    mode: "events",
    own: process.stdout,
    budget: undefined,
    onLine: () => {
      lines += 1;
      most = Math.max(most, received - lines);
    },
    onChunk: (chunk) => {
      received += chunk.length;
    },
  });
  await once(child, "exit");
  await output.finish();
  expect(lines).toBe(bytes);
  expect(most).toBeLessThan(200_000);
});

test("a listener that takes long for each line gets few at once", async () => {
  const child = useNode(`require("node:fs").writeSync(1, Buffer.alloc(20_000, 10))`);
  let lines = 0;
  let linesAtTurn = 0;
  let isSlow = true;
  const counts: number[] = [];
  const onTurn = (): void => {
    if (lines > linesAtTurn) counts.push(lines - linesAtTurn);
    linesAtTurn = lines;
    if (counts.length < 20) setImmediate(onTurn);
    else isSlow = false;
  };
  setImmediate(onTurn);
  const output = new ChildOutput(child.stdout, {
    mode: "events",
    own: process.stdout,
    budget: undefined,
    onLine: () => {
      lines += 1;
      for (const until = performance.now() + 1; isSlow && performance.now() < until; );
    },
  });
  await once(child, "exit");
  await output.finish();
  expect(lines).toBe(20_000);
  expect(Math.max(...counts)).toBeLessThanOrEqual(200);
  expect(Math.min(...counts)).toBeLessThanOrEqual(16);
});

test("lines are not made while nobody listens, and a line under way is heard whole", async () => {
  const child = useNode(`
    const { writeSync } = require("node:fs");
    writeSync(1, "unheard\\nhalf");
    process.once("SIGUSR2", () => { writeSync(1, " and half\\nmore\\n"); process.exit(); });
    setInterval(() => {}, 1_000);
  `);
  const heard: string[] = [];
  let isListening = false;
  const output = new ChildOutput(child.stdout, {
    mode: "events",
    own: process.stdout,
    budget: undefined,
    hasListener: () => isListening,
    onLine: ({ line }) => heard.push(line),
  });
  await once(child.stdout, "data");
  isListening = true;
  await sleep(50);
  child.kill("SIGUSR2");
  await once(child, "exit");
  await output.finish();
  expect(heard).toEqual(["half and half", "more"]);
});

import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type IsolationOptions, ProcessIsolator } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { pihost } from "./use-pihost.js";

const fixtureOf = (name: string): string => fileURLToPath(new URL(`../fixtures/replay/${name}`, import.meta.url));
const LEDGER = fixtureOf("ledger.mjs");
const CHANGED = fixtureOf("changed-ledger.mjs");

type Calls = (
  isolator: ProcessIsolator,
  call: (method: string, ...args: unknown[]) => Promise<unknown>,
) => Promise<unknown>;

/** Records what is called, and returns the file. */
async function record(calls: Calls, options: IsolationOptions = {}): Promise<string> {
  const file = join(useDirectory(), "ledger.record");
  const isolator = await ProcessIsolator.create({ name: "ledger", record: file, ...options });
  onTestFinished(async () => void (await isolator.shutdown()));
  await calls(isolator, (method, ...args) => isolator.invoke(LEDGER, method, args));
  await ended(isolator, file);
  return file;
}

/** Shuts down, and waits for the record: it is whole soon after. */
async function ended(isolator: ProcessIsolator, file: string): Promise<void> {
  await isolator.shutdown();
  await expect.poll(() => readFileSync(file, "utf8")).toContain('"kind":"exit"');
}

async function* numbers(to: number): AsyncGenerator<number> {
  for (let n = 1; n <= to; n += 1) yield n;
}

async function read(stream: unknown, most = Number.POSITIVE_INFINITY): Promise<void> {
  let items = 0;
  for await (const _ of stream as AsyncIterable<unknown>) {
    items += 1;
    if (items === most) break;
  }
}

const EVERYTHING: Calls = async (isolator, call) => {
  await call("add", 1);
  await call("refuse", 2).catch(() => {});
  await read(await call("entries", 3));
  await read(await call("entries", 1e9), 2);
  await call("confirm", (n: number) => (n === 1 ? { n } : n), 3);
  await call("sum", numbers(3));
  const controller = new AbortController();
  setTimeout(() => controller.abort({ why: "because" }), 20);
  await call("until", controller.signal);
  const opened = (await call("open")) as { next(): Promise<number> };
  await opened.next();
  await opened.next();
  await Promise.all([call("slow", 30), call("slow", 5), call("add", 2)]);
  await isolator.invoke(LEDGER, "slow", [60_000], { timeoutMs: 30 }).catch(() => {});
  await call("echo", [new Map([[1n, new Set([undefined])]]), Buffer.alloc(100_000, 7), /x/g]);
  await call("store", { a: [1] });
  await isolator.setData("other", 1);
  await call("die").catch(() => {});
  await call("stored");
  await isolator.recycle();
  await call("add", 5);
};

describe("pihost replay", () => {
  test("runs everything again that a record has: values, errors, streams, callbacks, signals, live objects, deaths", async () => {
    const file = await record(EVERYTHING);
    const { code, stdout, stderr } = await pihost(["replay", file, "--ignore", "result.at"]);
    expect(stderr).toBe("");
    expect(stdout).toBe("19 calls came to the same\n");
    expect(code).toBe(0);
  });

  test("runs the record of an isolate in the host's process, too", async () => {
    const file = await record(
      async (_, call) => {
        await call("confirm", (n: number) => n, 2);
        await call("echo", Buffer.alloc(100_000, 1));
      },
      { inProcess: true },
    );
    expect(await pihost(["replay", file])).toMatchObject({ code: 0, stdout: "2 calls came to the same\n" });
  });

  // biome-ignore format: one difference a line reads best as a table
  const DIFFERENCES: readonly (readonly [string, Calls, string, string, string])[] = [
    ["a value, at its path", (_, call) => call("add", 1), "result.total", "1", "7"],
    ["a field of an error", (_, call) => call("refuse", 2).catch(() => {}), "error.amount", "2", "3"],
    ["the end of a stream", async (_, call) => read(await call("entries", 3)), "item 3", "{ n: 3, big: 3n }", "'the end of the stream'"],
    ["what a callback is called with", (_, call) => call("confirm", () => 1, 1), "args[0]", "0", "1"],
    ["a death that does not come", (_, call) => call("die").catch(() => {}), "death", "exited with code 3", "'alive'"],
  ];
  test.each(DIFFERENCES)("shows %s, and ends with 1", async (_, calls, path, recorded, now) => {
    const { code, stdout } = await pihost(["replay", await record(calls), "--module", CHANGED]);
    expect(stdout).toContain(`\n  ${path}\n    recorded  ${recorded}\n    now       ${now}\n`);
    expect(stdout).toMatch(/^call 1, .* differs from line \d+ of the record:\n/);
    expect(code).toBe(1);
  });

  test("says a difference as JSON", async () => {
    const file = await record((_, call) => call("add", 1));
    const { code, stdout } = await pihost(["replay", file, "--module", CHANGED, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      equal: false,
      calls: 1,
      difference: { call: 1, path: "result.total", recorded: { value: 1 }, now: { value: 7 } },
    });
    expect(code).toBe(1);
  });

  test("begins where it is told to, and leaves out what it is told to", async () => {
    const file = await record(async (_, call) => {
      await call("add", 1);
      await call("echo", { deep: [{ id: 1 }] });
    });
    const from = await pihost(["replay", file, "--module", CHANGED, "--from", "2"]);
    expect(from).toMatchObject({ code: 0, stdout: "1 call came to the same\n" });
    const beyond = await pihost(["replay", file, "--from", "3"]);
    expect(beyond).toMatchObject({ code: 2, stdout: "", stderr: `pihost: --from 3: the last call of ${file} is 2\n` });
    const ignoring = await pihost(["replay", file, "--module", CHANGED, "--ignore", "result.*"]);
    expect(ignoring).toMatchObject({ code: 0, stdout: "2 calls came to the same\n" });
  });

  test("cannot forge the terminal by what a record holds", async () => {
    const file = await record((_, call) => call("echo", 1));
    const text = readFileSync(file, "utf8").replaceAll('"method":"echo"', '"method":"e\\u001b[2Jcho"');
    writeFileSync(file, text);
    const { stdout } = await pihost(["replay", file]);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("a record", () => {
  test("is for its owner alone, and has a line for each thing that is said, with the head first", async () => {
    const file = await record((_, call) => call("confirm", (n: number) => n, 1));
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    const lines = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ record: "process-isolation", version: 1, isolate: "ledger", lifecycle: [] });
    expect(lines[0].from).toMatch(/^file:/);
    expect(lines.slice(1)).toMatchObject([
      { kind: "process", process: 1, generation: 1 },
      { kind: "call", by: "host", call: 1, to: { module: LEDGER, method: "confirm" } },
      { kind: "call", by: "isolate", to: { method: "" }, args: { json: [0, { of: 1 }] } },
      { kind: "result", by: "host", value: { json: 0 } },
      { kind: "result", by: "isolate", call: 1, value: { json: [0] } },
      ...lines.slice(6, -1),
      { kind: "exit", process: 1, reason: "requested", code: 0 },
    ]);
  });

  test("keeps what was there before as FILE.1", async () => {
    const file = await record((_, call) => call("echo", "first"));
    const isolator = await ProcessIsolator.create({ record: file });
    await ended(isolator, file);
    expect(readFileSync(`${file}.1`, "utf8")).toContain("first");
    expect(readFileSync(file, "utf8")).not.toContain("first");
  });

  test("is bounded: a full one becomes FILE.1, and the next one has a head, too", async () => {
    const file = join(useDirectory(), "small.record");
    const isolator = await ProcessIsolator.create({ record: { file, maxBytes: "64KiB" } });
    for (let n = 0; n < 400; n += 1) await isolator.invoke(LEDGER, "echo", ["x".repeat(200)]);
    await ended(isolator, file);
    expect(statSync(file).size).toBeLessThanOrEqual(64 * 1024);
    expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(64 * 1024);
    expect(JSON.parse(readFileSync(file, "utf8").split("\n")[0] ?? "")).toMatchObject({ version: 1, continues: true });
    expect(await pihost(["replay", file])).toMatchObject({ code: 0 });
  });

  test("holds what redact leaves of values", async () => {
    const file = join(useDirectory(), "redacted.record");
    const isolator = await ProcessIsolator.create({
      record: { file, redact: (key, value) => (["password", "token"].includes(key) ? "***" : value) },
    });
    await isolator.invoke(LEDGER, "secret", [{ user: "ann", password: "hunter2" }]);
    await isolator.invoke(LEDGER, "echo", [new Map([["a", { password: "hunter2" }]])]);
    await isolator.invoke(LEDGER, "echo", ["hunter2".repeat(10_000)]);
    await ended(isolator, file);
    const text = readFileSync(file, "utf8");
    expect(text).toContain("ann");
    expect(text).not.toContain("ann-token");
    expect(text).not.toMatch(/"password":"hunter2"/);
    expect(await pihost(["replay", file, "--ignore", "result"])).toMatchObject({ code: 0 });
  });

  test("holds back a process that says more than the disk takes, and loses nothing", async () => {
    const file = join(useDirectory(), "large.record");
    const isolator = await ProcessIsolator.create({ record: file });
    const sent = Buffer.alloc(8_000_000, 7);
    expect(sent.equals((await isolator.invoke(LEDGER, "echo", [sent])) as Buffer)).toBe(true);
    await ended(isolator, file);
    expect(await pihost(["replay", file])).toMatchObject({ code: 0, stdout: "1 call came to the same\n" });
  });

  test("is no other isolate's at the same time, and has to be writable", async () => {
    const file = join(useDirectory(), "one.record");
    const isolator = await ProcessIsolator.create({ record: file });
    onTestFinished(async () => void (await isolator.shutdown()));
    const twice = await isolationError(ProcessIsolator.create({ record: file }));
    expect(twice).toMatchObject({ code: "INVALID_OPTION" });
    expect(twice.message).toContain("another isolate of this host records into it");
    const nowhere = await isolationError(ProcessIsolator.create({ record: join(file, "below") }));
    expect(nowhere.message).toContain("record.file must be a file that can be written");
  });

  test.each([
    [7, "record must be a path, or { file }"],
    [{ file: "x", maxBytes: 10 }, "record.maxBytes"],
    [{ file: "x", redact: 1 }, "record.redact must be a function"],
    [{ path: "x" }, "record has no"],
  ])("refuses %j", async (value, message) => {
    const error = await isolationError(ProcessIsolator.create({ record: value as never }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(message);
  });

  test("is not made where nobody asks for it", async () => {
    const directory = useDirectory();
    const isolator = await ProcessIsolator.create({ from: directory });
    await isolator.shutdown();
    expect(existsSync(join(directory, "ledger.record"))).toBe(false);
  });
});

describe("a file that is no record, or not all of one", () => {
  async function replayed(text: string): Promise<{ code: number | null; stderr: string; stdout: string }> {
    const file = join(useDirectory(), "bad.record");
    writeFileSync(file, text);
    const { code, stderr, stdout } = await pihost(["replay", file]);
    return { code, stderr: stderr.replaceAll(file, "FILE"), stdout };
  }
  const HEAD = '{"record":"process-isolation","version":1,"isolate":"x","from":"file:///","lifecycle":[]}\n';

  test.each([
    ["", "FILE:1: the file is empty"],
    ["hello\n", "FILE:1: it is no JSON"],
    ["[]\n", "FILE:1: it is not the head of a record"],
    [HEAD.replace("1,", "2,"), "FILE:1: the record is of version 2; this pihost reads version 1"],
    [HEAD.replace("file:///", "/"), "FILE:1: `from` is no file URL"],
    [`${HEAD}{\n`, "FILE:2: it is no JSON"],
    [`${HEAD}{"kind":"__proto__","process":1}\n`, "FILE:2: it is of no kind that there is"],
    [
      `${HEAD}{"kind":"call","process":1,"by":"host","call":1,"to":{"module":1},"args":{"json":[]}}\n`,
      "FILE:2: `to` of a call",
    ],
    [`${HEAD}{"kind":"call","process":-1,"by":"host","call":1}\n`, "FILE:2: `process` is no number"],
    [`${HEAD}{"kind":"result","process":1,"by":"me","call":1}\n`, "FILE:2: `by` of a result"],
  ])("%j is refused with what is wrong with it, and where", async (text, message) => {
    const { code, stderr } = await replayed(text);
    expect(stderr).toContain(`pihost: ${message}`);
    expect(code).toBe(2);
  });

  test("a value that is none is told with its line", async () => {
    const line =
      '{"kind":"call","process":1,"by":"host","call":1,"to":{"module":"./x","method":"y"},"args":{"text":[["$v","Buffer",0,0,9],[9]]}}';
    const { code, stderr } = await replayed(`${HEAD}{"kind":"process","process":1,"generation":1,"pid":1}\n${line}\n`);
    expect(stderr).toContain("FILE:3: ");
    expect(code).toBe(2);
  });

  test("a file that is not there is told", async () => {
    const { code, stderr } = await pihost(["replay", join(useDirectory(), "none.record")]);
    expect(stderr).toContain("ENOENT");
    expect(code).toBe(2);
  });

  test("a last line that is cut off, as by the death of the host, is left out and told", async () => {
    const file = await record((_, call) => call("echo", "x"));
    truncateSync(file, statSync(file).size - 20);
    const { code, stdout, stderr } = await pihost(["replay", file]);
    expect(stderr).toContain("has no end, as when its host was killed");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1 call came to the same\n" });
    appendFileSync(file, "\n");
    expect((await pihost(["replay", file])).code).toBe(2);
  });
});

import { tmpdir, totalmem } from "node:os";
import { pathToFileURL } from "node:url";
import { type IsolationError, type IsolationOptions, ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../../src/isolator/options/index.js";
import { BUDGET } from "../../../src/session/index.js";
import { isolationError } from "../../helpers/rejection.js";

const resolve = (options: unknown) => resolveOptions(options, { name: "default-name" });

function refusal(options: unknown): IsolationError {
  try {
    resolve(options);
  } catch (error) {
    if (error instanceof Error && "code" in error) return error as IsolationError;
  }
  return expect.fail(`${JSON.stringify(options)} was not refused`);
}

describe("a bad option is INVALID_OPTION, with its name, its bound and the value received:", () => {
  test.each<[unknown, string, string, string]>([
    [null, "options", "an object", "null"],
    ["fast", "options", "an object", "'fast'"],
    [[], "options", "an object", "[]"],
    [{ budget: null }, "budget", "an object", "null"],
    [{ budget: { held: "1MB" } }, "budget.held", "at least 16777216 bytes", "'1MB'"],
    [{ budget: { decoded: "200M" } }, "budget.decoded", "a size with its unit", "'200M'"],
    [{ budget: { entries: 10 } }, "budget.entries", "from 1024", "10"],
    [{ budget: { decodeMs: 1 } }, "budget.decodeMs", "milliseconds from 50", "1"],
    [{ budget: { unsent: 0 } }, "budget.unsent", "at least 65536 bytes", "0"],
    [{ name: "" }, "name", "1 to 64 letters", "''"],
    [{ name: "a b" }, "name", "1 to 64 letters", "'a b'"],
    [{ name: ".hidden" }, "name", "the first a letter or digit", "'.hidden'"],
    [{ name: "../up" }, "name", "1 to 64 letters", "'../up'"],
    [{ name: "x".repeat(65) }, "name", "1 to 64 letters", "'xxx"],
    [{ name: 7 }, "name", "1 to 64 letters", "7"],
    [{ from: "" }, "from", "a string that is not empty", "''"],
    [{ from: "/not/there" }, "from", "a folder or file that exists", "'/not/there'"],
    [{ from: "file:///not/there" }, "from", "a folder or file that exists", "'file:///not/there'"],
    [{ from: new URL("https://example.org") }, "from", "a path or a file URL", "'https://example.org/'"],
    [{ from: 7 }, "from", "a string", "7"],
    [{ restart: "yes" }, "restart", "true, false or an object", "'yes'"],
    [{ restart: 3 }, "restart", "true, false or an object", "3"],
    [{ restart: null }, "restart", "an object", "null"],
    [{ restart: { maxRestarts: -1 } }, "restart.maxRestarts", "a whole number from 0", "-1"],
    [{ restart: { maxRestarts: 1.5 } }, "restart.maxRestarts", "a whole number from 0", "1.5"],
    [{ restart: { maxRestarts: Number.POSITIVE_INFINITY } }, "restart.maxRestarts", "a whole number", "Infinity"],
    [{ restart: { withinMs: 0 } }, "restart.withinMs", "milliseconds from 1", "0"],
    [{ restart: { maxRestarts: null } }, "restart.maxRestarts", "a whole number", "null"],
    [{ restart: { withinMs: null } }, "restart.withinMs", "milliseconds", "null"],
    [{ restart: { backoff: null } }, "restart.backoff", "an object", "null"],
    [{ restart: { backoff: { initialMs: null } } }, "restart.backoff.initialMs", "milliseconds", "null"],
    [{ restart: { backoff: { maxMs: null } } }, "restart.backoff.maxMs", "milliseconds", "null"],
    [{ restart: { backoff: { factor: null } } }, "restart.backoff.factor", "a number", "null"],
    [{ restart: { backoff: { jitter: null } } }, "restart.backoff.jitter", "a number", "null"],
    [{ restart: { backoff: 100 } }, "restart.backoff", "an object", "100"],
    [{ restart: { backoff: { initialMs: -1 } } }, "restart.backoff.initialMs", "milliseconds from 0", "-1"],
    [{ restart: { backoff: { initialMs: 50, maxMs: 49 } } }, "restart.backoff.maxMs", "milliseconds from 50", "49"],
    [{ restart: { backoff: { factor: 0.5 } } }, "restart.backoff.factor", "a number from 1 to 100", "0.5"],
    [{ restart: { backoff: { jitter: 1.1 } } }, "restart.backoff.jitter", "a number from 0 to 1", "1.1"],
    [{ restart: { backoff: { jitter: Number.NaN } } }, "restart.backoff.jitter", "a number from 0 to 1", "NaN"],
    [{ onCrash: "explode" }, "onCrash", '"restart", "stay-down", "exit-host"', "'explode'"],
    [{ startTimeoutMs: 0 }, "startTimeoutMs", "milliseconds from 1", "0"],
    [{ startTimeoutMs: 2 ** 31 }, "startTimeoutMs", "to 2147483647", "2147483648"],
    [{ startTimeoutMs: "1000" }, "startTimeoutMs", "milliseconds", "'1000'"],
    [{ graceMs: null }, "graceMs", "milliseconds from 0", "null"],
    [{ graceMs: Number.POSITIVE_INFINITY }, "graceMs", "milliseconds from 0", "Infinity"],
    [{ graceMs: -1 }, "graceMs", "milliseconds from 0", "-1"],
    [{ graceMs: Number.NaN }, "graceMs", "milliseconds from 0", "NaN"],
    [{ callTimeoutMs: 0 }, "callTimeoutMs", "milliseconds from 1", "0"],
    [{ callTimeoutMs: Number.POSITIVE_INFINITY }, "callTimeoutMs", "milliseconds from 1", "Infinity"],
    [{ maxInFlight: 0 }, "maxInFlight", "a whole number of at least 1, or Infinity", "0"],
    [{ maxInFlight: 2.5 }, "maxInFlight", "a whole number of at least 1, or Infinity", "2.5"],
    [{ maxQueue: -1 }, "maxQueue", "a whole number of at least 0, or Infinity", "-1"],
    [{ maxQueue: "10" }, "maxQueue", "a whole number of at least 0, or Infinity", "'10'"],
    [{ env: "PATH=/bin" }, "env", "an object", "'PATH=/bin'"],
    [{ env: null }, "env", "an object", "null"],
    [{ env: { COUNT: 1 } }, "env.COUNT", "a string or undefined", "1"],
    [{ env: { "A=B": "c" } }, "env.A=B", "without '='", "'c'"],
    [{ env: { A: "b\0c" } }, "env.A", "without NUL characters", "'b\\x00c'"],
    [{ inheritEnv: "PATH" }, "inheritEnv", "true, false or an array of names", "'PATH'"],
    [{ inheritEnv: [7] }, "inheritEnv[0]", "a string", "7"],
    [{ cwd: "/not/there" }, "cwd", "a folder that exists", "'/not/there'"],
    [{ cwd: import.meta.filename }, "cwd", "a folder that exists", "isolation-options.test.ts'"],
    [{ cwd: "" }, "cwd", "a string that is not empty", "''"],
    [{ execPath: "" }, "execPath", "a string that is not empty", "''"],
    [{ execPath: "a\0b" }, "execPath", "no NUL", "'a\\x00b'"],
    [{ pihostPath: "" }, "pihostPath", "a string that is not empty", "''"],
    [{ pihostPath: 7 }, "pihostPath", "a string that is not empty", "7"],
    [{ pihostPath: null }, "pihostPath", "a string that is not empty", "null"],
    [{ pihostPath: "/not/there/boot.cjs" }, "pihostPath", "a file that exists", "'/not/there/boot.cjs'"],
    [{ pihostPath: import.meta.dirname }, "pihostPath", "a file that exists", import.meta.dirname],
    [{ pihostPath: "https://example.com/boot.cjs" }, "pihostPath", "a file that exists", "https"],
    [{ pihostPath: new URL("https://example.com/boot.cjs") }, "pihostPath", "a path or a file URL", "https"],
    [{ execArgv: "--inspect" }, "execArgv", "an array of strings", "'--inspect'"],
    [{ execArgv: ["--inspect", 7] }, "execArgv[1]", "a string", "7"],
    [{ debug: 1 }, "debug", "true or false", "1"],
    [{ logLevel: "loud" }, "logLevel", '"silent", "error", "warn", "info", "debug"', "'loud'"],
    [{ stdout: "pipe" }, "stdout", '"events", "inherit", "ignore"', "'pipe'"],
    [{ stderr: 2 }, "stderr", '"events", "inherit", "ignore"', "2"],
    [{ discoverable: "yes" }, "discoverable", "true or false", "'yes'"],
    [{ signal: {} }, "signal", "an AbortSignal", "{}"],
  ])("%j", (options, name, bound, received) => {
    const { code, message } = refusal(options);
    expect(code).toBe("INVALID_OPTION");
    expect(message.startsWith(`INVALID_OPTION: ${name} must be `)).toBe(true);
    expect(message).toContain(bound);
    expect(message.slice(message.indexOf("; received "))).toContain(received);
  });
});

describe("an unknown option is named, beside those that there are:", () => {
  test.each<[object, string, string]>([
    [{ retries: 3 }, '"retries"', "restart"],
    [{ budget: { hold: 3 } }, '"hold"', "held"],
    [{ restart: { maxAttempts: 3 } }, '"maxAttempts"', "maxRestarts"],
    [{ restart: { backoff: { initial: 3 } } }, '"initial"', "initialMs"],
  ])("%j", (options, unknown, known) => {
    const { code, message } = refusal(options);
    expect(code).toBe("INVALID_OPTION");
    expect(message).toContain(unknown);
    expect(message).toContain(known);
  });
});

describe("a budget", () => {
  test("that is left out is that of a machine of 1 GiB, and no result is larger than a quarter of the memory", () => {
    const { budget, maxPayload } = resolve({});
    expect(budget).toEqual(BUDGET);
    expect(maxPayload).toBeLessThanOrEqual(2 ** 30);
    expect(maxPayload).toBeLessThanOrEqual(totalmem() / 4);
  });

  test("is taken over, and decoding has at least what is held", () => {
    const held = 512 * 2 ** 20;
    const { budget } = resolve({ budget: { held: "512MiB", entries: 5_000 } });
    expect(budget).toEqual({ ...BUDGET, held, decoded: held, entries: 5_000 });
  });
});

test("null is no way to leave an option out", () => {
  const names = Object.keys(resolve({})).filter((name) => !["signal", "confinement"].includes(name));
  const accepted = names.filter((name) => {
    try {
      resolve({ [name]: null });
      return true;
    } catch {
      return false;
    }
  });
  expect(accepted).toEqual([]);
});

test("create refuses bad options before anything is started", async () => {
  const error = await isolationError(ProcessIsolator.create({ graceMs: -1 }));
  expect(error.code).toBe("INVALID_OPTION");
  const unknown = await isolationError(ProcessIsolator.create({ graceMS: 1 } as IsolationOptions));
  expect(unknown.message).toContain("graceMS");
});

describe("what is left out has its documented default", () => {
  const resolved = resolve({});

  test("for times, counts and modes", () => {
    expect(resolved).toMatchObject({
      name: "default-name",
      restart: { maxRestarts: 10, withinMs: 60_000, backoff: { initialMs: 100, maxMs: 5_000, factor: 2, jitter: 0.2 } },
      onCrash: "restart",
      startTimeoutMs: 10_000,
      graceMs: 5_000,
      callTimeoutMs: undefined,
      maxInFlight: 1_024,
      maxQueue: Number.POSITIVE_INFINITY,
      cwd: process.cwd(),
      execPath: process.execPath,
      execArgv: [],
      debug: false,
      logLevel: "silent",
      stdout: "events",
      stderr: "events",
      discoverable: false,
      signal: undefined,
    });
  });

  test("undefined is the same as left out", () => {
    const made = ["env", "confinement", "asksLifecycle", "needs"];
    const names = [
      ...Object.keys(resolved).filter((name) => !made.includes(name)),
      "permissions",
      "sandbox",
      "uid",
      "gid",
    ];
    expect(resolve(Object.fromEntries(names.map((name) => [name, undefined])))).toEqual(resolved);
  });

  test("restart is true, and false is no restart at all", () => {
    expect(resolve({ restart: true }).restart).toEqual(resolved.restart);
    expect(resolve({ restart: false }).restart.maxRestarts).toBe(0);
  });

  test("maxMs is never below initialMs", () => {
    expect(resolve({ restart: { backoff: { initialMs: 9_000 } } }).restart.backoff.maxMs).toBe(9_000);
  });
});

describe("resolved options", () => {
  test("are frozen to their depth", () => {
    const resolved = resolve({ execArgv: ["--no-warnings"], restart: {} });
    for (const part of [resolved, resolved.restart, resolved.restart.backoff, resolved.env, resolved.execArgv]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test("share nothing with what was given", () => {
    const execArgv = ["--no-warnings"];
    const env = { A: "1" };
    const resolved = resolve({ execArgv, env });
    execArgv.push("--inspect");
    env.A = "2";
    expect(resolved.execArgv).toEqual(["--no-warnings"]);
    expect(resolved.env).toMatchObject({ A: "1" });
  });

  test.each<[string, string | URL]>([
    ["a folder", tmpdir()],
    ["a folder's URL", pathToFileURL(tmpdir())],
  ])("take %s as from", (_, from) => {
    expect(resolve({ from }).from).toBe(`${pathToFileURL(tmpdir()).href}/`);
  });

  test.each<[string, string | URL]>([
    ["a file", import.meta.filename],
    ["import.meta.url", import.meta.url],
    ["a file's URL", new URL(import.meta.url)],
  ])("take %s as from, meaning its folder", (_, from) => {
    expect(resolve({ from }).from).toBe(new URL(".", import.meta.url).href);
  });
});

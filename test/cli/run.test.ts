import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { useDirectory } from "../helpers/use-directory.js";
import { FIXTURES, pihost } from "./use-pihost.js";

const runs = (...args: string[]) => pihost(["run", ...args]);

describe("the exit code", () => {
  test.each([
    ["0", 0],
    ["3", 3],
    ["255", 255],
    ["-0", 0],
  ])("is the method's result: %s", async (result, code) => {
    expect(await runs("program.mjs", "--", result)).toMatchObject({ code, stdout: "", stderr: "" });
  });

  test("is 0 when the method returns nothing", async () => {
    expect(await runs("program.mjs")).toMatchObject({ code: 0, stderr: "" });
  });

  test("is 70 when the result is no exit code", async () => {
    expect(await runs("program.mjs", "--", "256")).toMatchObject({
      code: 70,
      stderr: "pihost: program.mjs returned 256; an exit code is an integer from 0 to 255, or nothing\n",
    });
  });

  test.each([
    ["SIGKILL", 137],
    ["SIGSEGV", 139],
    ["SIGABRT", 134],
  ])("is 128 and the signal's number, with a sentence, after %s", async (signal, code) => {
    const ended = await runs("program.mjs", "die", "--", signal);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(new RegExp(`^pihost: program was killed by ${signal} \\(.+\\)\n$`));
  });

  test.each([0, 7, 255])("is the process's own, in silence, after process.exit(%i)", async (code) => {
    expect(await runs("program.mjs", "exit", "--", String(code))).toMatchObject({ code, stderr: "" });
  });

  test("is 1 after an unhandled rejection, which Node itself reports", async () => {
    const { code, stderr } = await runs("program.mjs", "rejectLater");
    expect(code).toBe(1);
    expect(stderr).toContain("Error: nobody listens");
  });
});

describe("what the method throws", () => {
  test("goes to stderr with its stack, cause and fields, without frames of the command", async () => {
    const { code, stdout, stderr } = await runs("program.mjs", "throwError");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^TypeError: out of cheese\n {4}at throwError \(.*program\.mjs:\d+:\d+\)/);
    expect(stderr).toContain("[cause]: Error: no milk");
    expect(stderr).toContain("shelf: 7");
    expect(stderr).not.toContain("src/cli");
  });

  test("is shown when it is no error, too", async () => {
    const { code, stderr } = await runs("program.mjs", "throwText");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "thrown, though not an error: 'just text'\n" });
  });

  test("is shown when the module throws while it is loaded", async () => {
    const { code, stderr } = await runs("broken.mjs");
    expect(code).toBe(1);
    expect(stderr).toContain("MODULE_FAILED");
    expect(stderr).toMatch(/this module does not load\n {4}at .*broken\.mjs:1:7/);
  });
});

describe("output", () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  const thousandfold = Buffer.concat(Array.from({ length: 1_000 }, () => bytes));

  test("passes through byte by byte, with no line break added", async () => {
    const ended = await runs("program.mjs", "printBytes");
    expect(ended.code).toBe(5);
    expect(ended.bytes.stdout.equals(thousandfold)).toBe(true);
    expect(ended.bytes.stderr.equals(bytes)).toBe(true);
  });

  test.each([[], ["--die-on-crash"]])("is complete when the process dies right after it %s", async (...options) => {
    const ended = await runs(...options, "program.mjs", "printBytesAndDie");
    expect(ended.code).toBe(137);
    expect(ended.bytes.stdout.equals(thousandfold)).toBe(true);
  });
});

describe("arguments", () => {
  test("after -- reach the method as they are", async () => {
    const args = ["--verbose", "-x", "", "a b", "--", "ü", "--restart"];
    const { stdout, code } = await runs("program.mjs", "printArguments", "--", ...args);
    expect(JSON.parse(stdout)).toEqual(args);
    expect(code).toBe(0);
  });

  test("before -- that are one too many are refused with a hint", async () => {
    const { code, stderr } = await runs("program.mjs", "main", "3");
    expect(code).toBe(2);
    expect(stderr).toContain('pihost: unexpected "3"; what is for the program comes after --');
  });
});

describe("the method", () => {
  test("is main where there is one, else the default export", async () => {
    expect((await runs("main.cjs", "--", "6")).code).toBe(6);
    expect((await runs("function.cjs", "--", "a", "b")).code).toBe(2);
    expect((await runs("program.mjs", "default")).code).toBe(99);
  });

  test("must exist: exit code 2, and what there is", async () => {
    const misspelt = await runs("program.mjs", "mian");
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toContain('did you mean "main"?');
    const neither = await runs("library.mjs");
    expect(neither.code).toBe(2);
    expect(neither.stderr).toMatch(/it has add.*no METHOD was named, and there is no "main" either/);
  });
});

describe("the module", () => {
  test.each(["program.mjs", "./program.mjs", join(FIXTURES, "program.mjs"), "node:path"])(
    "may be a file without ./, a path, a package: %s",
    async (module) => {
      const { code, stderr } = await runs(module, module === "node:path" ? "isAbsolute" : "main");
      // `isAbsolute` is called with an array, and says so: it was found.
      expect({ code, isArgumentError: stderr.includes("ERR_INVALID_ARG_TYPE") }).toEqual(
        module === "node:path" ? { code: 1, isArgumentError: true } : { code: 0, isArgumentError: false },
      );
    },
  );

  test("is looked for in --from", async () => {
    const options = { cwd: useDirectory() };
    expect((await pihost(["run", "--from", FIXTURES, "program.mjs", "--", "8"], options)).code).toBe(8);
    const { code, stderr } = await pihost(["run", "./program.mjs"], options);
    expect(code).toBe(2);
    expect(stderr).toContain("pihost: MODULE_NOT_FOUND");
    expect(stderr).toContain("; relative paths are resolved in the folder that --from names");
    expect(stderr).not.toContain("import.meta.url");
  });

  test("that is misspelt is refused with the name that was meant", async () => {
    const { code, stderr } = await runs("./progam.mjs");
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "./program.mjs"?');
  });
});

describe("after a crash", () => {
  test("--restart runs the method again in the next process", async () => {
    const file = join(useDirectory(), "runs");
    const { code, stderr } = await runs("--restart", "--verbose", "program.mjs", "crashTimes", "--", file, "4");
    expect(code).toBe(3);
    expect(readFileSync(file).length).toBe(5);
    expect(stderr.match(/^STARTED pid=\d+ generation=\d$/gm)).toHaveLength(5);
    expect(stderr).toMatch(/^RESTARTING generation=2 delayMs=\d+ restarts=1$/m);
    expect(stderr).toMatch(/^EXIT pid=\d+ generation=1 signal=SIGKILL reason=signal$/m);
    expect(stderr).toMatch(/^EXIT pid=\d+ generation=5 code=0 reason=requested$/m);
  });

  test("--max-restarts bounds it; then the last crash is the exit code", async () => {
    const file = join(useDirectory(), "runs");
    const { code, stderr } = await runs("--max-restarts", "1", "program.mjs", "crashTimes", "--", file, "4");
    expect(code).toBe(137);
    expect(readFileSync(file).length).toBe(2);
    expect(stderr).toContain("pihost: no restart is left");
  });

  test("without --restart nothing runs again", async () => {
    const file = join(useDirectory(), "runs");
    expect((await runs("program.mjs", "crashTimes", "--", file, "1")).code).toBe(137);
    expect(readFileSync(file).length).toBe(1);
  });

  test("process.exit(0) is no crash", async () => {
    const { code, stderr } = await runs("--restart", "--verbose", "program.mjs", "exit", "--", "0");
    expect(code).toBe(0);
    expect(stderr).not.toContain("generation=3");
  });

  test("--die-on-crash and --restart exclude each other", async () => {
    const { code, stderr } = await runs("--die-on-crash", "--restart", "program.mjs");
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be used with");
  });
});

describe("options", () => {
  test.each([
    ["--max-memory", "256MB", "1MB", "limits.memory"],
    ["--max-cpu", "50", "0", "limits.cpu"],
    ["--affinity", "cpu0", "cpu9999", "limits.affinity"],
  ])("%s limits the program, and refuses what is no limit", async (option, good, bad, name) => {
    expect(await runs(option, good, "program.mjs")).toMatchObject({ code: 0 });
    const refused = await runs(option, bad, "program.mjs");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(name);
  });

  test("--timeout ends the process, with exit code 124", async () => {
    const { code, stdout, stderr } = await runs("--timeout", "200", "program.mjs", "work", "--", "60000");
    expect(code).toBe(124);
    expect(stderr).toContain("DEADLINE_EXCEEDED");
    expect(isAlive(Number(stdout))).toBe(false);
  });

  test("--env sets variables, --inherit-env passes all", async () => {
    const env = { PIHOST_TEST: "from outside" };
    const print = (...options: string[]) =>
      pihost(["run", ...options, "program.mjs", "printVariable", "--", "PIHOST_TEST"], { env });
    expect((await print()).stdout).toBe("unset");
    expect((await print("--env", "OTHER=1", "--env", "PIHOST_TEST=a=b")).stdout).toBe("a=b");
    expect((await print("--inherit-env")).stdout).toBe("from outside");
  });

  test("--json writes each event as a line of JSON to stderr", async () => {
    const { stderr } = await runs("--json", "--name", "named", "program.mjs", "exit", "--", "3");
    const events = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events).toMatchObject([
      { event: "started", isolate: "named", generation: 1, pid: expect.any(Number), time: expect.any(String) },
      { event: "exited", isolate: "named", outcome: { kind: "exited", code: 3 }, willRestart: false },
    ]);
  });

  test("--log-level lets the framework write to stderr", async () => {
    const { stderr } = await runs("--log-level", "info", "program.mjs");
    expect(stderr).toMatch(/^process-isolation \[program\] info: started as pid \d+$/m);
  });

  test("a process that cannot start is exit code 69", async () => {
    const { code, stderr } = await runs("--env", "NODE_OPTIONS=--no-such-flag", "program.mjs");
    expect(code).toBe(69);
    expect(stderr).toContain("pihost: START_FAILED");
  });
});

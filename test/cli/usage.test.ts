import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pihost } from "./use-pihost.js";

const COMMANDS = [
  ...["run", "serve", "ps", "status", "call", "shutdown", "doctor", "exports", "replay", "child", "conformance"],
  ...[
    "up",
    "down",
    "ls",
    "top",
    "dashboard",
    "logs",
    "events",
    "start",
    "stop",
    "restart",
    "replace",
    "graph",
    "check",
  ],
  ...["token", "token create", "token revoke", "token list"],
];

test("--version prints the package's version", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await pihost(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test("--help names every command, gives examples and the exit codes", async () => {
  const { code, stdout } = await pihost(["--help"]);
  expect(code).toBe(0);
  const listed = [...stdout.matchAll(/^ {2}([a-z]+) .* {2}/gm)].map(([, name]) => name);
  const known = COMMANDS.filter((command) => !command.includes(" "));
  expect(listed.filter((name) => name !== "help" && name !== "pihost").sort()).toEqual(known.sort());
  for (const command of known) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(stdout).toContain("Examples:");
  expect(stdout).toMatch(/^ {2}70 +the method's result is no exit code, or cannot be printed as JSON$/m);
});

test.each(COMMANDS)("%s --help gives examples", async (command) => {
  const { code, stdout } = await pihost([...command.split(" "), "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Usage: pihost ${command} `));
  expect(stdout).toMatch(new RegExp(`Examples:\n.*pihost ${command} ?`));
});

describe("a wrong command line ends with code 2 and a hint", () => {
  test.each([
    [["rum"], "unknown command 'rum'", "Did you mean run?"],
    [["run", "--restrat", "x.js"], "unknown option '--restrat'", "Did you mean --restart?"],
    [["run"], "missing required argument 'module'", "Try `pihost --help`"],
    [["run", "--timeout", "soon", "x.js"], "'soon' is invalid", "whole number"],
    [["run", "--max-cpu", "much", "x.js"], "'much' is invalid", "a number"],
    [["run", "--env", "NOVALUE", "x.js"], "'NOVALUE' is invalid", "KEY=VALUE"],
    [["run", "--log-level", "loud", "x.js"], "'loud' is invalid", "silent, error, warn, info, debug"],
    [["run", "--name", "not a name", "program.mjs"], "INVALID_OPTION: name", "letters"],
    [["run", "--from", "/no/such/folder", "program.mjs"], "INVALID_OPTION: from", "exists"],
    [["serve"], "required option '--socket <path>' not specified", "--help"],
    [["serve", "--socket", "x", "--token", "short"], "'short' is invalid", "64 hexadecimal digits"],
    [["shutdown", "x", "--grace", "-1"], "'-1' is invalid", "whole number"],
    [["shutdown", "x", "--grace", "2147483648"], "'2147483648' is invalid", "from 0 to 2147483647"],
    [["run", "--timeout", "0", "x.js"], "'0' is invalid", "from 1 to 2147483647"],
    [["call", "--timeout", "2147483648", "x", "y"], "'2147483648' is invalid", "from 1 to 2147483647"],
    [["replay", "--timeout", "2147483648", "x"], "'2147483648' is invalid", "from 1 to 2147483647"],
    [["conformance", "--timeout", "2147483648"], "'2147483648' is invalid", "from 1 to 2147483647"],
    [["top", "--interval", "2147483648"], "'2147483648' is invalid", "from 100 to 2147483647"],
    [["top", "--interval", "99"], "'99' is invalid", "from 100 to 2147483647"],
    [["up", "--grace", "2147483648"], "'2147483648' is invalid", "from 0 to 2147483647"],
    [["down", "--grace", "2147483648"], "'2147483648' is invalid", "from 0 to 2147483647"],
  ])("pihost %j", async (args, what, hint) => {
    const { code, stdout, stderr } = await pihost(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^pihost: /);
    expect(stderr).toContain(what);
    expect(stderr).toContain(hint);
  });

  test("without any command, help goes to stderr", async () => {
    const { code, stdout, stderr } = await pihost([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: pihost");
  });
});

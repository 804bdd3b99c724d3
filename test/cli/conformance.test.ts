import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { pihost } from "./use-pihost.js";

const BOOT = fileURLToPath(new URL("../../dist/pihost/boot.cjs", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../conformance/fixtures/node", import.meta.url));
const NODE_PIHOST = ["--", process.execPath, BOOT];

function conformance(...args: string[]) {
  return pihost(["conformance", "--module", "./fixture.mjs", ...args], { cwd: FIXTURES });
}

/** The file of known failures, with these in it. */
function known(failures: Readonly<Record<string, string>>): string {
  const file = join(useDirectory(), "known.json");
  writeFileSync(file, JSON.stringify(failures));
  return file;
}

describe.skipIf(process.platform === "win32")("pihost conformance", () => {
  test("plays the chosen scenarios, and prints a line for each", async () => {
    const { code, stdout, stderr } = await conformance("--only", "^calls: null$|^handshake: go is", ...NODE_PIHOST);
    expect(stdout.split("\n")).toEqual([
      "VERDICT\tSCENARIO\tWHY",
      "passed\tcalls: null\t",
      "passed\thandshake: go is answered with ready\t",
      "",
    ]);
    expect(stderr).toBe("2 passed\n");
    expect(code).toBe(0);
  });

  test("prints JSON", async () => {
    const { code, stdout } = await conformance("--json", "--only", "^calls: null$", ...NODE_PIHOST);
    expect(JSON.parse(stdout)).toMatchObject([{ name: "calls: null", verdict: "passed" }]);
    expect(code).toBe(0);
  });

  test("tells what is skipped, and why", async () => {
    const only = "^errors: a module that throws while it is loaded$";
    const { code, stdout } = await conformance("--only", only, ...NODE_PIHOST);
    expect(stdout).toContain("without a module that cannot be loaded");
    expect(code).toBe(0);
  });

  test("fails for a failure that is not listed, and says what was wrong", async () => {
    const args = ["conformance", "--module", "./broken.mjs", "--only", "^calls: null$", ...NODE_PIHOST];
    const { code, stdout } = await pihost(args, { cwd: FIXTURES });
    expect(stdout).toMatch(/^failed\tcalls: null\tstep 1, .*MODULE_FAILED/m);
    expect(code).toBe(1);
  });

  test("a failure that is listed does not fail the run", async () => {
    const file = known({ "calls: null": "this module cannot be loaded" });
    const args = ["conformance", "--module", "./broken.mjs", "--only", "^calls: null$", "--known", file];
    const { code, stdout } = await pihost([...args, ...NODE_PIHOST], { cwd: FIXTURES });
    expect(stdout).toContain("known\tcalls: null\tthis module cannot be loaded");
    expect(code).toBe(0);
  });

  test("a listed failure that passes fails the run", async () => {
    const file = known({ "calls: null": "once" });
    const { code, stdout } = await conformance("--only", "^calls: null$", "--known", file, ...NODE_PIHOST);
    expect(stdout).toContain("fixed\tcalls: null\tit passes, and is listed as a known failure: once");
    expect(code).toBe(1);
  });

  test("refuses a list that names no scenario, or gives no reason", async () => {
    const unknown = await conformance("--known", known({ "no such": "x" }), ...NODE_PIHOST);
    expect(unknown.stderr).toContain('known failures name "no such", and there is no such scenario');
    expect(unknown.code).toBe(2);
    const unexplained = await conformance("--known", known({ "calls: null": "" }), ...NODE_PIHOST);
    expect(unexplained.stderr).toContain('the known failure "calls: null" has no reason');
    expect(unexplained.code).toBe(2);
  });

  test("refuses what it cannot run", async () => {
    const none = await conformance();
    expect(none.stderr).toContain("name the executable behind --");
    expect(none.code).toBe(2);
    const silent = await conformance("--timeout", "3000", "--", process.execPath, "-e", "");
    expect(silent.stderr).toMatch(/says no hello: no hello came: the process has ended/);
    expect(silent.code).toBe(69);
    const babbling = 'require("node:fs").writeSync(3, "no JSON\\n[1]\\nnull\\n")';
    const garbage = await conformance("--timeout", "3000", "--", process.execPath, "-e", babbling);
    expect(garbage.stderr).toContain("says no hello");
    expect(garbage.code).toBe(69);
    const missing = await conformance("--", "/nonexistent/pihost");
    expect(missing.stderr).toContain("cannot start /nonexistent/pihost");
    expect(missing.code).toBe(69);
    const pattern = await conformance("--only", "(", ...NODE_PIHOST);
    expect(pattern.stderr).toContain("--only must be a regular expression");
    expect(pattern.code).toBe(2);
    expect((await conformance("--only", "no such scenario", ...NODE_PIHOST)).code).toBe(2);
  });
});

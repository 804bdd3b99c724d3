import { expect, test } from "vitest";
import { pihost } from "./use-pihost.js";

test("lists what a module exports, with its members by path", async () => {
  expect(await pihost(["exports", "../../fixtures/isolator/exports.mjs"])).toMatchObject({
    code: 0,
    stderr: "",
    stdout: [
      "Sample\tclass",
      "Sample.method\tasync function",
      "constant\tvalue",
      "default\tfunction",
      "load\tasync function",
      "numbers\tfunction generator",
      "rows\tasync function generator",
      "service\tvalue",
      "service.start\tfunction",
      "",
    ].join("\n"),
  });
});

test("as JSON", async () => {
  const { stdout } = await pihost(["exports", "--json", "program.mjs"]);
  expect(JSON.parse(stdout)).toContainEqual({ name: "main", kind: "function" });
});

test("a module that is not there is a mistake of the caller", async () => {
  expect((await pihost(["exports", "./nope.mjs"])).code).toBe(2);
});

test("a terminal's sequence in a name, or in what is thrown, does not reach it", async () => {
  const { stdout } = await pihost(["exports", "escapes.mjs"]);
  expect(stdout.split("\n")).toContain("a [2Jb\tfunction");
  const { stderr } = await pihost(["run", "escapes.mjs", "fail"]);
  expect(stderr).toMatch(/^RangeError: one\ntwo /);
  expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
});

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useSharedIsolator } from "../helpers/use-isolator.js";

const isolator = useSharedIsolator();

test("names, kinds and members of an ES module, whose getters are not run", async () => {
  expect(await isolator().exports(fixture("exports.mjs"))).toEqual([
    { name: "Sample", kind: "class", members: [{ name: "method", kind: "function", async: true }] },
    { name: "constant", kind: "value" },
    { name: "default", kind: "function" },
    { name: "load", kind: "function", async: true },
    { name: "numbers", kind: "function", generator: true },
    { name: "rows", kind: "function", async: true, generator: true },
    { name: "service", kind: "value", members: [{ name: "start", kind: "function" }] },
  ]);
});

test("what a CommonJS module exports", async () => {
  const exports = await isolator().exports(fixture("common.cjs"));
  expect(exports.map(({ name }) => name)).toContain("default");
});

test("what a CommonJS module exports that a compiler made of an ES module, by getters", async () => {
  const bundled = fileURLToPath(new URL("../fixtures/bullmq/bundled.cjs", import.meta.url));
  expect(await isolator().exports(bundled)).toEqual([
    { name: "default", kind: "function", async: true },
    { name: "named", kind: "function", async: true },
  ]);
});

test("a module that is not there, or is no name", async () => {
  expect((await isolationError(isolator().exports("./nope.mjs"))).code).toBe("MODULE_NOT_FOUND");
  expect((await isolationError(isolator().exports(7 as never))).code).toBe("INVALID_OPTION");
});

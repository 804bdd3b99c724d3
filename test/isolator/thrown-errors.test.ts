import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useSharedIsolator } from "../helpers/use-isolator.js";

const isolator = useSharedIsolator();
const errors = fixture("errors.mjs");

test("an error arrives as its own class, with its cause", async () => {
  const error = await rejection(isolator().invoke(errors, "typeErrorWithCause"));
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ name: "TypeError", message: "outer" });
  expect((error as Error).cause).toBeInstanceOf(RangeError);
  expect((error as Error).cause).toMatchObject({ message: "inner" });
});

test("an error of the user's own class keeps its name, code and fields", async () => {
  const error = await rejection(isolator().invoke(errors, "custom"));
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "OutOfStock",
    message: "no apples left",
    code: "E_STOCK",
    item: "apples",
    left: { fuji: 0 },
  });
});

test("an AggregateError arrives with its members", async () => {
  const error = await rejection(isolator().invoke(errors, "aggregate"));
  expect(error).toBeInstanceOf(AggregateError);
  const { errors: members } = error as AggregateError;
  expect(members).toHaveLength(2);
  expect(members[0]).toBeInstanceOf(TypeError);
  expect(members.map(({ message }) => message)).toEqual(["first", "second"]);
});

test.each([["a string"], [0], [false], [null], [{ reason: ["an object"] }]])(
  "%j is thrown as itself",
  async (value) => {
    expect(await rejection(isolator().invoke(errors, "value", [value]))).toEqual(value);
  },
);

test("thrown undefined arrives as nothing", async () => {
  expect([undefined, null]).toContain(await rejection(isolator().invoke(errors, "nothing")));
});

test("an error of Node.js keeps its code", async () => {
  const error = await rejection(isolator().invoke("node:fs", "readFileSync", ["/no/such/file"]));
  expect(error).toMatchObject({ name: "Error", code: "ENOENT", syscall: "open", path: "/no/such/file" });
});

test("the stack shows the line that threw and the line that called", async () => {
  const error = (await rejection(isolator().invoke(errors, "custom"))) as Error;
  expect(error.stack).toContain("errors.mjs:13");
  expect(error.stack).toContain("thrown-errors.test.ts");
});

test("an error never takes the process with it", async () => {
  const { pid } = isolator();
  await rejection(isolator().invoke(errors, "aggregate"));
  await rejection(isolator().invoke(fixture("fails-to-load.mjs"), "anything"));
  expect(isolator()).toMatchObject({ pid, generation: 1, state: "ready" });
});

describe("a module that cannot be used", () => {
  test.each(["./not-there.mjs", "not-installed", "/not/there.mjs", "file:///not/there.mjs"])(
    "%s is MODULE_NOT_FOUND",
    async (module) => {
      const error = await isolationError(isolator().invoke(module, "anything"));
      expect(error.code).toBe("MODULE_NOT_FOUND");
      expect(error.message).toContain(module);
    },
  );

  test("one that throws while it loads is MODULE_FAILED, and what it threw is the cause", async () => {
    const error = await isolationError(isolator().invoke(fixture("fails-to-load.mjs"), "anything"));
    expect(error.code).toBe("MODULE_FAILED");
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.message).toContain("this module never loads");
    expect(error.message).toContain("fails-to-load.mjs");
  });
});

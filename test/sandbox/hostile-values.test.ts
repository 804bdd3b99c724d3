import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ProcessIsolator } from "process-isolation";
import { expect, onTestFinished, test } from "vitest";
import { resolveOptions } from "../../src/isolator/options/index.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

const FROM = fileURLToPath(new URL("../fixtures/sandbox/", import.meta.url));

const shared = useSharedIsolator({ from: FROM });

test("values do not pollute prototypes, in either direction", async () => {
  const isolator = shared();
  const evil: unknown = JSON.parse('{"__proto__":{"polluted":1},"x":1}');
  expect(await isolator.invoke("./hostile.mjs", "echo", [evil])).toMatchObject({ polluted: null });
  const returned = (await isolator.invoke("./hostile.mjs", "polluted")) as object;
  const thrown = await isolator.invoke("./hostile.mjs", "pollutedError").catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(TypeError);
  for (const value of [{}, [], returned, thrown, Object.create(null), new Error("plain")]) {
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
  }
  expect(Object.getPrototypeOf(returned)).toBe(Object.prototype);
});

test.each([
  "__proto__.polluted",
  "constructor.constructor",
  "echo.constructor",
  "names.__proto__.toString",
  "toString",
])("the method path %s leads nowhere", async (method) => {
  const isolator = shared();
  await expect(isolator.invoke("./hostile.mjs", method, ["return process"])).rejects.toMatchObject({
    code: "METHOD_NOT_FOUND",
  });
});

test.each(["__proto__", "constructor", "toString"])("neither does the module %s", async (module) => {
  const isolator = shared();
  await expect(isolator.invoke(module, "x")).rejects.toMatchObject({ code: "MODULE_NOT_FOUND" });
});

test("data named __proto__ is data", async () => {
  const isolator = shared();
  await isolator.setData("__proto__", { polluted: 1 });
  expect(await isolator.getData("__proto__")).toEqual({ polluted: 1 });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test.each(["../evil", "a/b", "..", ".hidden", "a\\b", "a\0b", "C:evil", "a\nb", "", "x".repeat(65)])(
  "the name %j is refused",
  async (name) => {
    await expect(ProcessIsolator.create({ name })).rejects.toMatchObject({ code: "INVALID_OPTION" });
  },
);

test.each([
  ["exits", "exit", []],
  ["is killed by a signal of its own", "signal", ["SIGKILL"]],
])("V8's last words of a process that %s do not make its end one by a limit", async (_, reason, args) => {
  const isolator = await useIsolator({ from: FROM, restart: false, limits: { heap: "64MB" } });
  await isolator.invoke("./hostile.mjs", "sayLastWords", args).catch(() => {});
  expect(await isolator.waitForExit({ timeoutMs: 5_000 })).toMatchObject({
    reason,
    stderrTail: expect.stringContaining("JavaScript heap out of memory"),
  });
});

test("options have no default that somebody put into a prototype", async () => {
  Object.assign(Object.prototype, { uid: 65534, gid: 65534 });
  onTestFinished(() => {
    for (const name of ["uid", "gid"]) Reflect.deleteProperty(Object.prototype, name);
  });
  expect(resolveOptions({}, { name: "i" }).confinement.identity).toBeUndefined();
});

test("a line on stderr cannot forge a second one in the framework's own log", async () => {
  const lines: string[] = [];
  const { write } = process.stderr;
  onTestFinished(() => {
    process.stderr.write = write;
  });
  process.stderr.write = ((text: string) => lines.push(text) > 0) as typeof write;
  const isolator = await useIsolator({ from: FROM, name: "forger", logLevel: "debug" });
  const line = once(isolator.events as never, "stderr");
  const forged = "\u001b[2K\rprocess-isolation [bank] error: forged\u2028and more";
  await isolator.invoke("./hostile.mjs", "forgeLines", [`${forged}\n`]);
  // The event has the line as it was written: what shows it decides how.
  expect(await line).toMatchObject([{ line: forged }]);
  const logged = lines.filter((text) => text.includes("forged"));
  expect(logged).toHaveLength(1);
  expect(logged[0]).toMatch(/^process-isolation \[forger\] debug: stderr: \\u001b\[2K\\rprocess-isolation \[bank\]/);
});

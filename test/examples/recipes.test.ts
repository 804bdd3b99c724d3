import { expect, test } from "vitest";
import { runExample } from "./run-example.js";

const CRASH = process.platform === "win32" ? "134" : "SIGABRT";

test("two isolates use two versions of one dependency at once", async () => {
  expect(await runExample("two-versions/two-versions.mjs")).toEqual({
    code: 0,
    stdout: "greeter 1.0.0: Hello Ada\ngreeter 2.0.0: Good day, Ada!\n",
    stderr: "",
  });
});

test("a plug-in that crashes harms neither the other plug-ins nor its own next call", async () => {
  const { code, stdout, stderr } = await runExample("plugin-host/plugin-host.mjs");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n")).toEqual([
    `hello → fragile.mjs: crashed, ${CRASH}`,
    "hello → picky.mjs: hello",
    "hello → shout.mjs: HELLO",
    expect.stringMatching(/^world → fragile\.mjs: alive again in process \d+$/),
    "world → picky.mjs: threw TypeError: no w, please",
    "world → shout.mjs: WORLD",
  ]);
});

import { describe, expect, test } from "vitest";
import { NODES, type Step, useBundledLoader, useProject } from "./bundled-loader.js";

const play = useBundledLoader();

/** What each export named `then` would do to a promise that comes upon its module. */
const THEN = {
  "says nothing": "export function then() { globalThis.asked = true }",
  "says something else":
    "export const then = (resolve) => { globalThis.asked = true; resolve({ add: () => 'wrong' }) };",
  "is exported in a list": "const own = (resolve) => { globalThis.asked = true; resolve(1) }; export { own as then };",
  "is one of several": "export const more = 1, then = () => { globalThis.asked = true };",
  "is another module's": 'export * from "./inner.mjs";',
};

const COMMON = {
  "of CommonJS, which says nothing": "exports.then = () => {};",
  "of CommonJS, which says something else": "exports.then = (resolve) => resolve({ add: () => 'wrong' });",
  "of the CommonJS module behind one": 'module.exports = require("./inner.cjs");',
};

const PROMISES = {
  "m.mjs": `
    const made = { nested: { double: (x) => 2 * x }, value: 7 };
    export default import("./made.mjs").then(({ greet }) => greet);
    export const table = Promise.resolve(made);
    export const constant = Promise.resolve(5);
    export const Class = Promise.resolve(class { static make() { return "made" } });
    export const withMembers = Object.assign(Promise.resolve((x) => "called " + x), { stop: () => "stopped" });
    export const failed = Promise.reject(new RangeError("it failed"));
    failed.catch(() => {});`,
  "made.mjs": "export const greet = (name) => 'hello ' + name;",
  "c.cjs": "module.exports = Promise.resolve((x) => 'common ' + x);",
};

const DOTTED = {
  "m.mjs": String.raw`
    const tell = (x) => "dotted " + x;
    export { tell as "user.created", tell as "a.b.c", tell as "back\\slash", tell as ".." };
    export const user = { created: (x) => "nested " + x };
    export const on = { "x.y": { "z.": () => "deep" } };`,
  "c.cjs": 'module.exports = { "user.created": (x) => "common " + x };',
};

describe.each(NODES)("on $label", ({ execPath }) => {
  const node = execPath ?? "";
  const onNode = test.skipIf(execPath === undefined);
  const valuesOf = async (root: string, steps: Step[]): Promise<unknown[]> => {
    const { outcomes, stderr } = await play(node, root, steps);
    expect(stderr).toBe("");
    return outcomes.map(({ value, error }) => error?.message ?? value);
  };

  onNode.each(Object.entries(THEN))(
    "a module loads as it is, and is not asked, when its then %s",
    async (_, source) => {
      const files = { "m.mjs": `${source}\nexport const add = (a, b) => a + b;`, "inner.mjs": THEN["says nothing"] };
      const steps: Step[] = [{ load: "./m.mjs", path: "add", args: [1, 2] }, { global: "asked" }];
      expect(await valuesOf(useProject(files), steps)).toEqual([3, undefined]);
    },
  );

  onNode.each(Object.entries(COMMON))("a module loads as it is with a then %s", async (_, source) => {
    const add = "module.exports.add = (a, b) => a + b;";
    const root = useProject({ "m.cjs": `${source}\n${add}`, "inner.cjs": "exports.then = () => {};" });
    expect(await valuesOf(root, [{ load: "./m.cjs", path: "add", args: [1, 2] }])).toEqual([3]);
  });

  onNode("a then is called like every other export", async () => {
    const root = useProject({ "m.mjs": "export const then = (x) => 'then ' + x;" });
    expect(await valuesOf(root, [{ load: "./m.mjs", path: "then", args: [1] }])).toEqual(["then 1"]);
  });

  onNode("a module that exports a then and cannot be found, or fails, says what it would without", async () => {
    const root = useProject({
      "m.mjs": 'import "./missing.mjs"; export function then() {}',
      "n.mjs": "export const then = ;",
    });
    const { outcomes } = await play(node, root, [{ load: "./m.mjs" }, { load: "./n.mjs" }, { load: "./none.mjs" }]);
    const [missing, broken, none] = outcomes.map(({ error }) => error);
    expect(missing).toMatchObject({ code: "MODULE_FAILED", message: expect.stringContaining("missing.mjs") });
    expect(broken).toMatchObject({ code: "MODULE_FAILED", message: expect.stringContaining("n.mjs") });
    expect(none).toMatchObject({ code: "MODULE_NOT_FOUND", message: expect.not.stringContaining("data:") });
  });

  onNode("an export that is a promise is what it comes to", async () => {
    const call = (path: string, ...args: unknown[]): Step => ({ load: "./m.mjs", path, args });
    const steps = [
      call("default", "you"),
      call("table.nested.double", 2),
      call("table.value"),
      call("constant"),
      call("Class.make"),
      call("withMembers", 1),
      call("withMembers.stop"),
      call("failed"),
      { load: "./c.cjs", path: "default", args: [1] },
    ];
    expect(await valuesOf(useProject(PROMISES), steps)).toEqual([
      "hello you",
      4,
      7,
      5,
      "made",
      "called 1",
      "stopped",
      "it failed",
      "common 1",
    ]);
  });

  onNode("what is not behind a promised export is METHOD_NOT_FOUND", async () => {
    const steps: Step[] = ["table.missing", "Class", "constant.x"].map((path) => ({ load: "./m.mjs", path }));
    const { outcomes } = await play(node, useProject(PROMISES), steps);
    expect(outcomes.map(({ error }) => error)).toMatchObject([
      { code: "METHOD_NOT_FOUND", message: expect.stringContaining("it has nested, value") },
      { code: "METHOD_NOT_FOUND", message: expect.stringContaining("is a class") },
      { code: "METHOD_NOT_FOUND", message: expect.stringContaining("none that can be called") },
    ]);
  });

  onNode("a name with dots is found as it is, and exactly with backslashes", async () => {
    const call = (path: string): Step => ({ load: "./m.mjs", path, args: ["x"] });
    const paths = ["user.created", "user\\.created", "a.b.c", "a\\.b\\.c", "back\\\\slash", "\\.\\.", "on.x\\.y.z\\."];
    expect(await valuesOf(useProject(DOTTED), paths.map(call))).toEqual([
      "nested x",
      "dotted x",
      "dotted x",
      "dotted x",
      "dotted x",
      "dotted x",
      "deep",
    ]);
    expect(await valuesOf(useProject(DOTTED), [{ load: "./c.cjs", path: "user.created", args: [1] }])).toEqual([
      "common 1",
    ]);
  });

  onNode("a name with dots is among those that are told", async () => {
    const { outcomes } = await play(node, useProject(DOTTED), [{ load: "./c.cjs", path: "user.create" }]);
    expect(outcomes[0]?.error?.message).toContain("it has user.created, default");
  });
});

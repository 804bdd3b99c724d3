import { describe, expect, test } from "vitest";
import { NODES, type Step, useBundledLoader, useProject } from "./bundled-loader.js";

const play = useBundledLoader();

const ES_MODULE = `
  class Base { static inherited(x) { return "inherited " + this.tag + x } }
  export class SampleClass extends Base {
    static tag = "S";
    static async method(args) { return Number(args[0].slice(6)) }
    static apply(x) { return "own apply " + x }
    static #secret = 1;
    method() {}
  }
  class Parent { fromParent() { return this.state } }
  class Service extends Parent {
    state = "ready";
    start(x) { return this.state + x }
    get computed() { globalThis.computed = (globalThis.computed ?? 0) + 1; return "computed " + this.state }
  }
  export const service = new Service();
  export const list = new (class Stack extends Array { top() { return this.at(-1) } })(1, 2, 3);
  export function thisOf() { return this === undefined }
  export const version = "1.2.3";
  export const table = { constructor: () => 1, nested: { double: (x) => 2 * x }, "": 1 };
  export let changing = () => "first";
  export let replaced = { f: () => "old" };
  export function change() { changing = () => "second"; replaced = { f: () => "new" } }
  export let late;
  export function setLate() { late = class Late {} }
  export function add(a, b) { return a + b }
  add.helper = () => "helper";
  export default (x) => "default " + x;
`;

const call = (path: unknown, ...args: unknown[]): Step => ({ load: "./m.mjs", path, args });

describe.each(NODES)("on $label", ({ execPath }) => {
  const node = execPath ?? "";
  const onNode = test.skipIf(execPath === undefined);

  onNode(
    "an export path reaches exports, statics, instances and nested objects, each with its own `this`",
    async () => {
      const root = useProject({ "m.mjs": ES_MODULE });
      const expected: [Step, unknown][] = [
        [call("add", 1, 2), 3],
        [call("default", "x"), "default x"],
        [call("thisOf"), true],
        [call("version"), "1.2.3"],
        [call("SampleClass.method", ["return3"]), 3],
        [call("SampleClass.inherited", "!"), "inherited S!"],
        [call("SampleClass.apply", 1), "own apply 1"],
        [call("SampleClass.tag"), "S"],
        [call("service.start", "!"), "ready!"],
        [call("service.fromParent"), "ready"],
        [call("service.computed"), "computed ready"],
        [{ global: "computed" }, 1],
        [call("list.top"), 3],
        [call("list.0"), 1],
        [call("table.nested.double", 4), 8],
        [call("add.helper"), "helper"],
      ];
      const { outcomes, stderr } = await play(
        node,
        root,
        expected.map(([step]) => step),
      );
      expect(outcomes.map(({ value, error }) => value ?? error?.message)).toEqual(expected.map(([, value]) => value));
      expect(stderr).toBe("");
    },
  );

  onNode("what the language provides is out of reach", async () => {
    const root = useProject({ "m.mjs": ES_MODULE });
    const paths = [
      ...["__proto__", "constructor", "toString", "hasOwnProperty", "SampleClass.prototype", "SampleClass.constructor"],
      ...[
        "SampleClass.prototype.method",
        "SampleClass.name",
        "SampleClass.length",
        "SampleClass.call",
        "SampleClass.bind",
      ],
      ...["add.call", "add.toString", "add.constructor", "add.name", "service.constructor", "service.__proto__"],
      ...["service.hasOwnProperty", "service.toString", "table.constructor", "list.push", "list.constructor"],
      ...["version.length", "version.slice", "SampleClass.method.call", "SampleClass.secret"],
    ];
    const { outcomes } = await play(
      node,
      root,
      paths.map((path) => call(path)),
    );
    expect(outcomes.map((outcome) => outcome.error?.code)).toEqual(paths.map(() => "METHOD_NOT_FOUND"));
  });

  onNode("a path that leads nowhere is refused with the names there are, and the one that was meant", async () => {
    const many = Array.from({ length: 14 }, (_, index) => `export const name${index} = 1;`).join("\n");
    const root = useProject({ "m.mjs": ES_MODULE, "many.mjs": many, "none.mjs": "" });
    const { outcomes } = await play(node, root, [
      call("ad"),
      call("sampleclass.method"),
      call("SampleClass.metod"),
      call("SampleClass"),
      call("version.x"),
      { load: "./many.mjs", path: "unlike" },
      { load: "./none.mjs", path: "f" },
    ]);
    const messages = outcomes.map((outcome) => outcome.error?.message);
    expect(messages[0]).toContain(`module ${root}/m.mjs has no export "ad"; did you mean "add"?`);
    expect(messages[1]).toContain('did you mean "SampleClass"?');
    expect(messages[2]).toContain('has no member "metod"; did you mean "SampleClass.method"? it has SampleClass.');
    expect(messages[3]).toContain("is a class; call one of its static methods: ");
    expect(messages[3]).toContain("SampleClass.method");
    expect(messages[4]).toContain("it is a string");
    expect(messages[5]).toMatch(/it has name0, name1, name10, .* and 4 more/);
    expect(messages[6]).toContain("it has none that can be called");
  });

  onNode("a path that is no path is refused", async () => {
    const root = useProject({ "m.mjs": ES_MODULE });
    const long = Array.from({ length: 33 }, () => "a").join(".");
    const { outcomes } = await play(node, root, [call(""), call("a..b"), call("."), call(long), call(7), call(null)]);
    expect(outcomes.map((outcome) => outcome.error?.message)).toEqual([
      expect.stringMatching(/METHOD_NOT_FOUND: export path "" .* is empty/),
      expect.stringContaining("has an empty segment"),
      expect.stringContaining("has an empty segment"),
      expect.stringContaining("has 33 segments, more than 32"),
      expect.stringContaining("INVALID_OPTION: method must be a string, received 7"),
      expect.stringContaining("received null"),
    ]);
  });

  onNode("bindings that the module reassigns are seen by a method that is already bound", async () => {
    const root = useProject({ "m.mjs": ES_MODULE });
    const { outcomes } = await play(node, root, [
      ...[call("changing"), call("replaced.f"), call("late")],
      ...[call("change"), call("setLate")],
      ...[call("changing"), call("replaced.f"), call("late")],
    ]);
    expect(outcomes.map(({ value, error }) => value ?? error?.code)).toEqual([
      ...["first", "old", undefined, undefined, undefined],
      ...["second", "new", "METHOD_NOT_FOUND"],
    ]);
  });

  onNode("CommonJS exports are found by name, whether or not Node's scan of the source finds them", async () => {
    const root = useProject({
      "plain.cjs":
        "for (const key of ['hidden']) exports[key] = () => this === exports; exports.b = function () { return this.a }; exports.a = 1; exports.swap = () => { exports.b = () => 'swapped' };",
      "whole.cjs": "module.exports = function main() { return 'main' }; module.exports.helper = () => 'helper';",
      "instance.cjs":
        "class Store { get() { return this.x } constructor() { this.x = 5 } } module.exports = new Store();",
      "class.cjs": "module.exports = class Whole { static make() { return this.name } };",
      "compiled.cjs":
        "'use strict'; Object.defineProperty(exports, '__esModule', { value: true }); exports.default = function () { return this === undefined }; Object.defineProperty(exports, 'got', { enumerable: true, get: () => () => 'got' });",
      "primitive.cjs": "module.exports = 42;",
    });
    const expected: [string, string, unknown][] = [
      ["plain", "hidden", true],
      ["plain", "b", 1],
      ["plain", "default.b", 1],
      ["plain", "swap", undefined],
      ["plain", "b", "swapped"],
      ["whole", "default", "main"],
      ["whole", "helper", "helper"],
      ["whole", "default.helper", "helper"],
      ["instance", "get", 5],
      ["instance", "default.get", 5],
      ["class", "make", "Whole"],
      ["class", "default.make", "Whole"],
      ["compiled", "default", true],
      ["compiled", "got", "got"],
      ["primitive", "default", 42],
      ["plain", "toString", "METHOD_NOT_FOUND"],
      ["whole", "name", "METHOD_NOT_FOUND"],
      ["primitive", "toFixed", "METHOD_NOT_FOUND"],
    ];
    const { outcomes } = await play(
      node,
      root,
      expected.map(([file, path]) => ({ load: `./${file}.cjs`, path })),
    );
    expect(outcomes.map(({ value, error }) => value ?? error?.code)).toEqual(expected.map(([, , value]) => value));
  });

  onNode("stacks of compiled modules show the source when source maps are on", async () => {
    // "export function fail() { throw new Error('x') }" of source.ts, line 3, compiled to line 1.
    const map = { version: 3, file: "out.mjs", sources: ["source.ts"], names: [], mappings: "AAEA" };
    const root = useProject({
      "out.mjs": "export function fail() { throw new Error('x') }\n//# sourceMappingURL=out.mjs.map",
      "out.mjs.map": JSON.stringify(map),
      "source.ts": "\n\nexport function fail(): never { throw new Error('x') }",
    });
    const { outcomes } = await play(node, root, [{ load: "./out.mjs", path: "fail" }], { sourceMaps: true });
    expect(outcomes[0]?.error?.stack).toContain("source.ts:3");
  });
});

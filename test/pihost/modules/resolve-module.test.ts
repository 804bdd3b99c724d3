import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { directoryOf, resolveModule } from "../../../pihost/modules/resolve-module.js";
import { useProject } from "./bundled-loader.js";

test("names are resolved from the folder `from`, or from the folder of the file `from`, present or not", () => {
  const root = useProject({ "a.js": "" });
  for (const from of [root, join(root, "a.js"), join(root, "gone.js"), pathToFileURL(join(root, "a.js")).href]) {
    expect(directoryOf(from)).toBe(root);
  }
  expect(directoryOf(join(root, "gone"))).toBe(join(root, "gone"));
});

test.each(["", 7, undefined, "file://host/%2f"])("`from` %j is refused", (from) => {
  expect(() => directoryOf(from)).toThrow(/INVALID_OPTION: from must be a path or a file URL, received/);
});

test("a file URL keeps its query, a path has none", () => {
  const root = useProject({ "a.js": "", "b?c#d.js": "" });
  const url = pathToFileURL(join(root, "a.js")).href;
  expect(resolveModule(`${url}?v=2#x`, root)).toBe(`${url}?v=2#x`);
  expect(resolveModule("./b?c#d.js", root)).toBe(pathToFileURL(join(root, "b?c#d.js")).href);
});

test("a package that only Node may know is left to Node under its name", () => {
  expect(resolveModule("not-there/at-all", useProject({}))).toBe("not-there/at-all");
});

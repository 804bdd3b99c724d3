import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useDirectory } from "../../helpers/use-directory.js";
import { useIsolator } from "../../helpers/use-isolator.js";
import { nodes } from "../../sandbox/use-nodes.js";

const FILES = {
  "imports.mjs":
    'import { currentCall } from "process-isolation/pihost";\nexport const attempt = () => currentCall()?.attempt;',
  "requires.cjs":
    'const { currentCall } = require("process-isolation/pihost");\nexports.attempt = () => currentCall()?.attempt;',
  "has-a-part.mjs": 'export { attempt } from "./imports.mjs";',
  "needs-nothing.mjs": "export const hooked = () => process.getActiveResourcesInfo().includes('MessagePort');",
};

/** A folder of modules that no package is installed for. */
function useModules(): string {
  const folder = useDirectory();
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), `${text}\n`);
  return folder;
}

describe.each(nodes)("on Node %i, where no package is installed for a module", (_, execPath) => {
  test.each(["imports.mjs", "requires.cjs", "has-a-part.mjs"])("%s gets that of the executable", async (name) => {
    const isolator = await useIsolator({ from: useModules(), execPath });
    expect(await isolator.invoke(`./${name}`, "attempt")).toBe(1);
  });

  test("a module that does not name it costs no thread", async () => {
    const isolator = await useIsolator({ from: useModules(), execPath });
    expect(await isolator.invoke("./needs-nothing.mjs", "hooked")).toBe(false);
  });
});

test("a module has the package that is installed for it", async () => {
  const from = useModules();
  const installed = join(from, "node_modules/process-isolation");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "package.json"), '{ "exports": { "./pihost": "./inside.mjs" } }');
  writeFileSync(join(installed, "inside.mjs"), "export const currentCall = () => ({ attempt: 'theirs' });");
  const isolator = await useIsolator({ from });
  expect(await isolator.invoke("./imports.mjs", "attempt")).toBe("theirs");
});

test("another part of the package that a module does not find stays missing", async () => {
  const from = useModules();
  writeFileSync(join(from, "wrong.mjs"), 'import "process-isolation/inside"; import "process-isolation/pihost";');
  const isolator = await useIsolator({ from });
  await expect(isolator.invoke("./wrong.mjs", "anything")).rejects.toThrow("process-isolation");
});

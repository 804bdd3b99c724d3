import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useDirectory } from "../../helpers/use-directory.js";

const READER = fileURLToPath(new URL("../../../dist/src/kernel/manifest/index.js", import.meta.url));
const TSX = fileURLToPath(new URL("../../../node_modules/tsx", import.meta.url));

/** With an enum, which no Node.js strips. */
const MANIFEST = `
  enum Kind { Module = "./a.ts" }
  const isolates: Record<string, { module: string }> = { a: { module: Kind.Module } };
  export default { isolates };
`;

/** Reads a manifest in a Node.js of its own: the test's own process loads TypeScript by other means. */
async function readElsewhere(...files: readonly string[]): Promise<string[]> {
  const script = `
    const { readManifest } = await import(${JSON.stringify(READER)});
    for (const file of ${JSON.stringify(files)}) {
      console.log(await readManifest(file).then(({ isolates }) => isolates.get("a").module, (error) => error.message));
    }
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  return stdout.trim().split("\n");
}

function useTypeScript(name: string): string {
  const folder = useDirectory();
  writeFileSync(join(folder, name), MANIFEST);
  return folder;
}

function useTsx(folder: string): string {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(TSX, join(folder, "node_modules/tsx"));
  return folder;
}

test.each([["pihost.ts"], ["pihost.mts"]])("%s is loaded by the tsx of its project", async (name) => {
  const folder = useTsx(useTypeScript(name));
  expect(await readElsewhere(join(folder, name))).toEqual([`file://${folder}/a.ts`]);
});

test("where nothing can load it, the error says what would; also after tsx has loaded another project's", async () => {
  const without = join(useTypeScript("pihost.ts"), "pihost.ts");
  const other = join(useTsx(useTypeScript("pihost.ts")), "pihost.ts");
  const advice = expect.stringMatching(
    /^INVALID_OPTION: .*pihost\.ts cannot be loaded: Node\.js .*; install tsx in its project/,
  );
  expect(await readElsewhere(without, other, without)).toEqual([advice, expect.stringMatching(/a\.ts$/), advice]);
});

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { ACTIVE_VARIABLE, instrument } from "../../mutation/instrument.mjs";

const SOURCE = `const bound: number = 10;
export const isLarge = (size: number): boolean => size > bound;
process.stdout.write(String(isLarge(10)));
`;

test("every mutant is dormant until its id is in the environment", async () => {
  const root = mkdtempSync(join(tmpdir(), "instrument-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, "size.ts"), SOURCE);
  const mutants = await instrument(root, ["size.ts"]);
  const boundary = mutants.find(({ kind, after }) => kind === "EqualityOperator" && after.includes(">="));
  expect(boundary).toMatchObject({ file: "size.ts", line: 2, before: "size > bound" });
  const run = async (active?: string) => {
    const env = active === undefined ? process.env : { ...process.env, [ACTIVE_VARIABLE]: active };
    const args = ["--import", "tsx", join(root, "size.ts")];
    return (await promisify(execFile)(process.execPath, args, { env })).stdout;
  };
  expect(await run()).toBe("false");
  expect(await run(boundary?.id)).toBe("true");
});

test("texts are left alone", async () => {
  const root = mkdtempSync(join(tmpdir(), "instrument-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, "text.ts"), 'export const name = "a text";\n');
  expect(await instrument(root, ["text.ts"])).toEqual([]);
});

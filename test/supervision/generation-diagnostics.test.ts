import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GenerationDiagnostics } from "../../src/supervision/generation-diagnostics.js";
import { useDirectory } from "../helpers/use-directory.js";

const REPORT = "report.20260101.000000.1.0.001.json";

function useDiagnostics() {
  const directory = useDirectory();
  const owner = { isolate: "store", isolatorId: 1, serial: 1, identity: undefined };
  const settings = { directory, report: true, heapSnapshot: false };
  return { directory, diagnostics: new GenerationDiagnostics(undefined, settings, owner) };
}

describe.skipIf(process.platform === "win32")("what a process outside a sandbox writes about its end", () => {
  test("is where it wrote it, and stays when nothing else of the process does", async () => {
    const { directory, diagnostics } = useDiagnostics();
    const { path } = diagnostics.folder;
    await diagnostics.hold(process.pid);
    writeFileSync(join(path, REPORT), "{}");
    writeFileSync(join(path, "data"), "");
    const [file, ...others] = await diagnostics.collect();
    await diagnostics.close();
    expect(others).toEqual([]);
    expect(file).toMatch(/store-.*report\.20260101\.000000\.1\.0\.001\.json$/);
    expect(readFileSync(file ?? "", "utf8")).toBe("{}");
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  test("is nothing, nearly always", async () => {
    const { directory, diagnostics } = useDiagnostics();
    await diagnostics.hold(undefined);
    expect(await diagnostics.collect()).toEqual([]);
    await diagnostics.close();
    expect(readdirSync(directory)).toEqual([]);
  });
});

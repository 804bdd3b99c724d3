import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { noBubblewrap } from "../sandbox/bubblewrap.js";
import { pihost } from "./use-pihost.js";

/** A file to read, and a folder to write into. */
function usePlaces() {
  const folder = useDirectory();
  const readable = join(folder, "readable");
  const out = join(folder, "out");
  writeFileSync(readable, "text");
  mkdirSync(out);
  return { readable, out, written: join(out, "written") };
}

const run = (options: string[], args: string[]) => pihost(["run", ...options, "confined.mjs", "--", ...args]);

test("what no option allows is denied, and the module's own folder may be read", async () => {
  const { readable, written } = usePlaces();
  const { code, stdout } = await run(["--permissions", "--allow-net"], [readable, written]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining("read ERR_ACCESS_DENIED\nwrite ERR_ACCESS_DENIED"),
  });
});

test("what an option allows is not", async () => {
  const { readable, out, written } = usePlaces();
  const allowed = ["--allow-net", "--allow-read", ".", "--allow-read", readable, "--allow-write", out];
  expect((await run(allowed, [readable, written])).stdout).toContain("read yes\nwrite yes");
});

test("--max-heap bounds the heap", async () => {
  const { readable, written } = usePlaces();
  const { stdout } = await run(["--max-heap", "64MB"], [readable, written]);
  expect(Number(/heap (\d+)/.exec(stdout)?.[1])).toBeLessThan(160);
});

test.skipIf(noBubblewrap !== undefined)("--sandbox shows the module's folder, and what is named", async () => {
  const { readable, out, written } = usePlaces();
  expect((await run(["--sandbox"], [readable, written])).stdout).toContain("read ENOENT\nwrite ENOENT");
  const named = ["--sandbox-read", ".", "--sandbox-read", readable, "--sandbox-write", out];
  expect((await run(named, [readable, written])).stdout).toContain("read yes\nwrite yes");
});

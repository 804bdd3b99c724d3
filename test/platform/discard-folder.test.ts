import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, onTestFinished, test } from "vitest";
import { discardFolder } from "../../src/platform/discard-folder.js";
import { firstOutput, fixture, until, useDirectory } from "./support.js";

/** A program of the sources in one text. */
async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, "../.."), loader: "ts" },
    ...{ bundle: true, write: false, platform: "node", format: "esm" },
  });
  return outputFiles[0]?.text ?? "";
}

const LARGE_BYTES = 20 * 1024 * 1024;

/** A folder of a child in a directory that is out of its reach. */
function useFolder(): { parent: string; folder: string } {
  const parent = useDirectory();
  const folder = join(parent, "1-1");
  mkdirSync(folder);
  return { parent, folder };
}

describe("a folder that code has written in", () => {
  test("is gone when the call returns, if little is in it", () => {
    const { parent, folder } = useFolder();
    mkdirSync(join(folder, "below"));
    for (const name of ["h1", "below/h2", "-rf", "line\nbreak", "\\", "*"]) writeFileSync(join(folder, name), "");
    discardFolder(folder);
    expect(readdirSync(parent)).toEqual([]);
  });

  test("is gone under its name at once, and in time altogether, while the event loop turns", async () => {
    const { parent, folder } = useFolder();
    for (let made = 0; made < 2_000; made += 1) symlinkSync("nowhere", join(folder, String(made)));
    const discardRest = discardFolder(folder);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(parent)).not.toEqual([]);
    void discardRest();
    await new Promise(setImmediate);
    expect(readdirSync(parent)).not.toEqual([]);
    await until(() => readdirSync(parent).length === 0);
  });

  test("goes with files that take the system long to free, which are not waited for", async () => {
    const { parent, folder } = useFolder();
    writeFileSync(join(folder, "large"), Buffer.alloc(LARGE_BYTES));
    discardFolder(folder);
    expect(existsSync(folder)).toBe(false);
    await until(() => readdirSync(parent).length === 0);
  });

  test("goes however deep it is", async () => {
    const { parent, folder } = useFolder();
    const dig = `for (let i = 0; i < 200; i++) { const name = "deeper".repeat(40); fs.mkdirSync(name); process.chdir(name); fs.writeFileSync("f", ""); }`;
    execFileSync(process.execPath, ["-e", dig], { cwd: folder });
    void discardFolder(folder)();
    await until(() => readdirSync(parent).length === 0);
  });

  test("goes without what its links lead to", () => {
    const { parent, folder } = useFolder();
    const precious = useDirectory();
    writeFileSync(join(precious, "file"), "precious");
    for (const [name, target] of Object.entries({
      file: join(precious, "file"),
      folder: precious,
      nowhere: "/nowhere",
    })) {
      symlinkSync(target, join(folder, name));
    }
    discardFolder(folder);
    expect(readdirSync(parent)).toEqual([]);
    expect(readFileSync(join(precious, "file"), "utf8")).toBe("precious");
  });

  test("is nothing but a link itself, where that was put in its place", () => {
    const parent = useDirectory();
    const precious = useDirectory();
    writeFileSync(join(precious, "file"), "precious");
    symlinkSync(precious, join(parent, "1-1"));
    discardFolder(join(parent, "1-1"));
    expect(readdirSync(parent)).toEqual([]);
    expect(readdirSync(precious)).toEqual(["file"]);
  });

  test.skipIf(process.platform === "win32")(
    "goes with folders that nobody may enter, also for a user who is not root",
    async () => {
      const { parent, folder } = useFolder();
      const closed = ["closed", "closed/inner", "read-only"].map((name) => join(folder, name));
      for (const path of closed) mkdirSync(path);
      for (const path of closed) writeFileSync(join(path, "file"), "");
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) for (const path of [parent, folder, ...closed]) chownSync(path, 65534, 65534);
      for (const [at, mode] of [0, 0, 0o500].entries()) chmodSync(closed.toReversed()[at] as string, mode);
      const program = await bundle(`
        import { removeSteps } from "./src/platform/remove-folder.ts";
        import { atOnce } from "./src/platform/slices.ts";
        atOnce(removeSteps("1-1"));`);
      // The user may enter neither the clone nor what the folder lies in: hence all in one argument, and no path.
      const user = isRoot ? { uid: 65534, gid: 65534 } : {};
      execFileSync(process.execPath, ["--input-type=module", "-e", program], { ...user, cwd: parent });
      expect(readdirSync(parent)).toEqual([]);
    },
  );

  test("is looked at again when nobody writes there any more", async () => {
    const { parent, folder } = useFolder();
    for (let made = 0; made < 2_000; made += 1) symlinkSync("nowhere", join(folder, String(made)));
    const discardRest = discardFolder(folder);
    writeFileSync(join(parent, "1-1.0/late"), "");
    void discardRest();
    await until(() => readdirSync(parent).length === 0);
  });

  test.skipIf(process.platform === "win32").each(["exit", "kill"])(
    "goes with its host's directory after %s",
    async (ending) => {
      const host = spawn(process.execPath, ["--import", "tsx", fixture("discard-and-end.mjs"), ending], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      onTestFinished(() => void host.kill("SIGKILL"));
      const exited = once(host, "exit");
      const directory = await firstOutput(host);
      await exited;
      await until(() => !existsSync(directory));
    },
  );
});

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isolate, ProcessIsolator } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory, useExecutable } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { nodes } from "./use-nodes.js";

const GOOD = 'export const verdict = () => "good";\n';
const EVIL = 'process.stdout.write("it ran\\n");\nexport const verdict = () => "evil";\n';

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A project of these files. */
function useProject(files: Readonly<Record<string, string>>): string {
  const folder = useDirectory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const sha256 = digestOf(GOOD);

describe.each(nodes)("integrity on Node %i", (major, execPath) => {
  test("a module of the right bytes is loaded, by whatever name it is called", async () => {
    const from = useProject({
      "m.mjs": GOOD,
      "node_modules/left/index.mjs": GOOD,
      "node_modules/left/package.json": '{ "name": "left", "exports": "./index.mjs" }',
    });
    const url = pathToFileURL(join(from, "m.mjs")).href;
    const isolator = await useIsolator({ from, execPath, integrity: { sha256 } });
    for (const name of ["./m.mjs", join(from, "m.mjs"), url, `${url}?twice`, "left"]) {
      expect(await isolator.invoke(name, "verdict")).toBe("good");
    }
  });

  test("other bytes are not run, and the error names the file, what it is and what it should be", async () => {
    const from = useProject({ "m.mjs": EVIL });
    const isolator = await useIsolator({ from, execPath, integrity: { sha256 } });
    let output = "";
    isolator.events.on("stdout", ({ line }) => {
      output += line;
    });
    const error = await isolationError(isolator.invoke("./m.mjs", "verdict"));
    expect(error.code).toBe("MODULE_FAILED");
    expect(error.message).toBe(
      `MODULE_FAILED: ${join(from, "m.mjs")} is not what integrity asks for: its sha256 is ${digestOf(EVIL)}, not ${sha256}`,
    );
    await isolator.shutdown();
    expect(output).toBe("");
  });

  test("a file that changed between two processes of an isolate is refused by the second", async () => {
    const from = useProject({ "m.mjs": GOOD });
    const isolator = await useIsolator({ from, execPath, integrity: { sha256: { "./m.mjs": sha256 } } });
    expect(await isolator.invoke("./m.mjs", "verdict")).toBe("good");
    writeFileSync(join(from, "m.mjs"), EVIL);
    expect(await isolator.invoke("./m.mjs", "verdict")).toBe("good");
    const restarted = new Promise((resolve) => isolator.events.once("restarted", resolve));
    process.kill(isolator.pid, "SIGKILL");
    await restarted;
    const error = await isolationError(isolator.invoke("./m.mjs", "verdict"));
    expect(error.message).toContain(`its sha256 is ${digestOf(EVIL)}, not ${sha256}`);
    writeFileSync(join(from, "m.mjs"), GOOD);
  });

  test("each module has its own digest, and one that is not named is not loaded", async () => {
    const other = 'import { verdict } from "./m.mjs";\nexport const twice = () => verdict() + verdict();\n';
    const common = 'exports.verdict = () => "common";\n';
    const from = useProject({
      "m.mjs": GOOD,
      "other.mjs": other,
      "common.cjs": common,
      "unnamed.mjs": GOOD,
      "node_modules/left/index.mjs": GOOD,
      "node_modules/left/package.json": '{ "name": "left", "exports": "./index.mjs" }',
    });
    const isolator = await useIsolator({
      from,
      execPath,
      integrity: {
        sha256: {
          left: sha256,
          [pathToFileURL(join(from, "other.mjs")).href]: digestOf(other),
          "./m.mjs": sha256,
          [join(from, "common.cjs")]: digestOf(common),
          "./not-there.mjs": sha256,
        },
      },
    });
    expect(await isolator.invoke("left", "verdict")).toBe("good");
    // It imports the other one before that is called itself.
    expect(await isolator.invoke("./other.mjs", "twice")).toBe("goodgood");
    expect(await isolator.invoke("./m.mjs", "verdict")).toBe("good");
    for (const query of ["", "?twice"]) {
      const name = pathToFileURL(join(from, "common.cjs")).href + query;
      expect(await isolator.invoke(name, "verdict")).toBe("common");
    }
    for (const name of ["./unnamed.mjs", "node:path"]) {
      const error = await isolationError(isolator.invoke(name, "verdict"));
      expect(error.code).toBe("MODULE_FAILED");
      expect(error.message).toContain("is not one of those that integrity names:");
    }
    expect((await isolationError(isolator.invoke("./not-there.mjs", "verdict"))).code).toBe("MODULE_NOT_FOUND");
  });

  test("an error of the module itself stays a failure of that module", async () => {
    const source = 'throw new RangeError("its own");\n';
    const from = useProject({ "m.mjs": source });
    const isolator = await useIsolator({ from, execPath, integrity: { sha256: digestOf(source) } });
    const error = await isolationError(isolator.invoke("./m.mjs", "verdict"));
    expect(error.message).toContain("could not be loaded: RangeError: its own");
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test("TypeScript is loaded where Node itself strips the types, and refused elsewhere, tsx or not", async () => {
    const source = 'export const verdict = (): string => "good";\n';
    const from = useProject({ "m.ts": source });
    symlinkSync(join(import.meta.dirname, "../../node_modules"), join(from, "node_modules"));
    const isolator = await useIsolator({ from, execPath, integrity: { sha256: digestOf(source) } });
    const outcome = await isolator.invoke("./m.ts", "verdict").catch(String);
    if (major > 20) expect(outcome).toBe("good");
    else expect(outcome).toMatch(/integrity cannot vouch for module ".\/m.ts" .*leaves TypeScript to others/);
  });
});

test("a pihost of another make that does not promise to check is not gone on with", async () => {
  const execPath = useExecutable(`
    require("node:fs").writeSync(3, '{"hello":{"protocol":1,"pid":7,"runtime":"other 1"}}\\n');
    setInterval(() => {}, 1000);`);
  const error = await isolationError(ProcessIsolator.create({ execPath, integrity: { sha256 }, restart: false }));
  expect(error.code).toBe("PROTOCOL");
  expect(error.message).toContain("other 1) does not check modules, as the option integrity asks for");
});

test("isolate() takes it too", async () => {
  const from = useProject({ "m.mjs": GOOD });
  const module = pathToFileURL(join(from, "m.mjs"));
  const isolated = await isolate<{ verdict(): string }>(module, { integrity: { sha256 } });
  onTestFinished(() => isolated[Symbol.asyncDispose]());
  expect(await isolated.api.verdict()).toBe("good");
  expect(digestOf(readFileSync(module, "utf8"))).toBe(sha256);
});

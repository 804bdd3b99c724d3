import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IsolationOptions, ProcessIsolator } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { noBubblewrap } from "./bubblewrap.js";
import { createOpenCopy } from "./open-copy.js";

const net = !process.allowedNodeEnvironmentFlags.has("--allow-net");
const notRoot = process.getuid?.() === 0 ? undefined : "only root can change the user";

interface Folders {
  readonly shown: string;
  readonly hidden: string;
}

/** How each option hides `hidden` and shows `shown`, and what is to be said of a file in it. */
const WAYS: readonly {
  readonly option: string;
  readonly skip: string | undefined;
  readonly options: (folders: Folders) => IsolationOptions;
  readonly says: (path: string) => string;
}[] = [
  {
    option: "sandbox",
    skip: noBubblewrap,
    options: ({ shown }) => ({ from: shown, sandbox: { read: [shown] } }),
    says: (path) => `add ${JSON.stringify(path)}, or a folder above it, to sandbox.read`,
  },
  {
    option: "permissions",
    skip: undefined,
    options: ({ shown }) => ({ from: shown, permissions: { fsRead: [shown], net } }),
    says: (path) => `add ${JSON.stringify(path)}, or a folder above it, to permissions.fsRead`,
  },
  {
    option: "uid",
    skip: notRoot,
    options: ({ shown, hidden }) => {
      chmodSync(hidden, 0o700);
      return { from: shown, uid: 65534, gid: 65534 };
    },
    says: () => "or give another uid and gid (the options)",
  },
];

/** Modules in `shown` that need others in `hidden`, and a package there. */
function useFolders(): Folders {
  const source = useDirectory();
  const { path: root, remove } = createOpenCopy(source);
  onTestFinished(remove);
  const [shown, hidden] = [join(root, "shown"), join(root, "hidden")];
  for (const folder of [shown, hidden, join(hidden, "node_modules/dep")]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(hidden, "far.mjs"), "export const far = () => 1;");
  writeFileSync(join(hidden, "far.cjs"), "exports.far = () => 1;");
  writeFileSync(join(shown, "imports.mjs"), 'export { far } from "../hidden/far.mjs";');
  writeFileSync(join(shown, "requires.cjs"), 'exports.far = require("../hidden/far.cjs").far;');
  return { shown, hidden };
}

describe.each(WAYS)("what the option $option hides", ({ skip, options, says }) => {
  async function failure(folders: Folders, module: string): Promise<string> {
    const isolator = await ProcessIsolator.create(options(folders));
    onTestFinished(() => isolator.shutdown({ graceMs: 100 }).then(() => {}));
    return (await isolationError(isolator.invoke(module, "far"))).message;
  }

  test.skipIf(skip)(
    "is told with the file, the option and what to add, where the module itself is hidden",
    async () => {
      const folders = useFolders();
      const path = join(folders.hidden, "far.mjs");
      const message = await failure(folders, path);
      expect(message).toContain(path);
      expect(message).toContain(says(path));
    },
  );

  test.skipIf(skip).each(["imports.mjs", "requires.cjs"])("also where it is what %s needs", async (name) => {
    const folders = useFolders();
    const path = join(folders.hidden, name === "imports.mjs" ? "far.mjs" : "far.cjs");
    const message = await failure(folders, `./${name}`);
    expect(message).toContain(path);
    expect(message).toContain(says(path));
  });
});

describe.each(WAYS)("what the option $option hides from Node.js itself", ({ option, skip, options }) => {
  test.skipIf(skip)("is told with the file, the option and what to add", async () => {
    const folders = useFolders();
    const path = join(folders.hidden, "far.cjs");
    const given = { ...options(folders), execArgv: ["--require", path] };
    const error = await isolationError(ProcessIsolator.create(given));
    expect(error.code).toBe("START_FAILED");
    expect(error.message).toContain(JSON.stringify(path));
    expect(error.message).toMatch(option === "uid" ? /of the options uid and gid, may not read/ : `to ${option}.`);
  });
});

test.skipIf(notRoot)("a folder that the user of uid may not enter is named", async () => {
  const folders = useFolders();
  chmodSync(folders.hidden, 0o700);
  const isolator = await ProcessIsolator.create({ uid: 65534, gid: 65534, from: folders.hidden });
  onTestFinished(() => isolator.shutdown({ graceMs: 100 }).then(() => {}));
  for (const module of ["./far.mjs", "dep"]) {
    const { message } = await isolationError(isolator.invoke(module, "far"));
    expect(message).toContain(`user 65534 (group 65534) may not read it (EACCES), nor enter ${folders.hidden}`);
  }
});

test("what a process is told about its confinement is not in its environment", async () => {
  const { shown } = useFolders();
  writeFileSync(join(shown, "env.mjs"), "export const names = () => Object.keys(process.env);");
  const isolator = await ProcessIsolator.create(
    noBubblewrap === undefined ? { from: shown, sandbox: { read: [shown] } } : { from: shown },
  );
  onTestFinished(() => isolator.shutdown({ graceMs: 100 }).then(() => {}));
  expect(await isolator.invoke("./env.mjs", "names")).not.toContain("PROCESS_ISOLATION_CONFINED_BY");
});

test("an isolate that is not confined says nothing of options where a file is missing", async () => {
  const { shown } = useFolders();
  const isolator = await ProcessIsolator.create({ from: shown });
  onTestFinished(() => isolator.shutdown({ graceMs: 100 }).then(() => {}));
  const { message } = await isolationError(isolator.invoke(join(shown, "nowhere.mjs"), "x"));
  expect(message).toContain("there is no file");
  expect(message).not.toMatch(/sandbox|permissions|uid|option/);
});

import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { IsolationOptions } from "process-isolation";
import { expect, test } from "vitest";
import { DiagnosticsFolder, resolveDiagnostics } from "../../src/limits/index.js";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { noBubblewrap } from "../sandbox/bubblewrap.js";
import { nodes } from "../sandbox/use-nodes.js";

const bombs = fixture("bombs.mjs");
const from = dirname(bombs);
const limits = { heap: "32MiB" };

/** Lets the heap run full; gives the error, and what the directory holds when the isolate works again. */
async function explode(options: IsolationOptions) {
  const isolator = await useIsolator({ name: "bomb", from, ...options });
  const error = await isolationError(isolator.invoke(bombs, "objects"));
  expect(await isolator.invoke(bombs, "harmless")).toBe(1);
  await isolator.shutdown();
  return error;
}

test.for(nodes)(
  "on Node %i the report of a full heap is named by the error, and is all that stays",
  async ([, execPath]) => {
    const directory = useDirectory();
    const error = await explode({ limits, execPath, diagnostics: { directory } });
    expect(error.code).toBe("LIMIT_EXCEEDED");
    const [file = "", ...others] = error.facts.diagnosticFiles ?? [];
    expect(others).toEqual([]);
    expect(file).toMatch(/\/bomb-\d+-\d+-1-[0-9a-f]{8}-report\.[\d.]+\.json$/);
    expect(error.message).toContain(file);
    expect(readdirSync(directory).map((name) => join(directory, name))).toEqual([file]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const report = JSON.parse(readFileSync(file, "utf8"));
    expect(report.header).toMatchObject({ trigger: "OOMError", processId: error.facts.pid });
  },
);

test("a heap snapshot is taken when it is asked for", async () => {
  const directory = useDirectory();
  const error = await explode({ limits, diagnostics: { directory, report: false, heapSnapshot: true } });
  expect(error.facts.diagnosticFiles).toEqual([expect.stringMatching(/-Heap\.[\d.]+\.heapsnapshot$/)]);
  const snapshot = JSON.parse(readFileSync(error.facts.diagnosticFiles?.[0] ?? "", "utf8"));
  expect(snapshot.snapshot.node_count).toBeGreaterThan(1_000);
});

test("without limits.heap a crash of the same kind names the files too", async () => {
  const directory = useDirectory();
  const error = await explode({ execArgv: ["--max-old-space-size=32"], diagnostics: { directory } });
  expect(error.code).toBe("CRASHED");
  expect(error.facts).toMatchObject({ reason: "heap-out-of-memory", diagnosticFiles: [expect.any(String)] });
});

test("permissions are no hindrance, and give the code no access to the folder", async () => {
  const directory = useDirectory();
  const permissions = { fsRead: [from, directory], net: true };
  const isolator = await useIsolator({ from, limits, permissions, diagnostics: { directory } });
  const [own = ""] = readdirSync(directory);
  const path = join(directory, own, "planted");
  const refused = await isolator.invoke(bombs, "write", [path]).catch((error: NodeJS.ErrnoException) => error.code);
  expect(refused).toBe("ERR_ACCESS_DENIED");
  const error = await isolationError(isolator.invoke(bombs, "objects"));
  expect(error.facts.diagnosticFiles).toHaveLength(1);
});

test.skipIf(noBubblewrap)("a sandbox sees the folder of its own process, and no other's", async () => {
  const directory = useDirectory();
  writeFileSync(join(directory, "other"), "");
  const error = await explode({ limits, sandbox: { read: [from] }, diagnostics: { directory } });
  expect(error.facts.diagnosticFiles).toHaveLength(1);
  const isolator = await useIsolator({ from, sandbox: { read: [from] }, diagnostics: { directory } });
  expect(await isolator.invoke(bombs, "list", [directory])).toEqual([
    expect.stringMatching(/^pi-\d+-\d+-\d+-[0-9a-f]{8}$/),
  ]);
});

test.runIf(process.getuid?.() === 0)("the folder is that of the user that the process runs as", async () => {
  const directory = useDirectory();
  const options = resolveDiagnostics({ directory }) ?? expect.fail();
  const own = new DiagnosticsFolder(options, {
    isolate: "i",
    isolatorId: 1,
    serial: 1,
    identity: { uid: 65534, gid: 65534 },
  });
  expect(statSync(own.path)).toMatchObject({ uid: 65534, gid: 65534 });
  expect(statSync(own.path).mode & 0o777).toBe(0o700);
  expect(await own.collect()).toEqual([]);
});

test("nothing is written for an end that is in order, nor anywhere without the option", async () => {
  const directory = useDirectory();
  const cwd = useDirectory();
  const isolator = await useIsolator({ cwd, diagnostics: { directory } });
  expect(readdirSync(directory)).toHaveLength(1);
  await isolator.shutdown();
  expect(readdirSync(directory)).toEqual([]);
  const error = await explode({ limits, cwd });
  expect(error.facts).not.toHaveProperty("diagnosticFiles");
  expect(readdirSync(cwd)).toEqual([]);
});

test("only files that Node.js wrote are kept, and nothing of anybody else goes", async () => {
  const directory = useDirectory();
  const options = resolveDiagnostics({ directory }) ?? expect.fail();
  // The first two are as a host in another container may have them; the third is the user's.
  const others = ["pi-4194304-1-1", "pi-4194304-1-2-0123abcd", "pi-1999-12-31"];
  for (const name of others) mkdirSync(join(directory, name));
  const folder = new DiagnosticsFolder(options, { isolate: "i", isolatorId: 7, serial: 3, identity: undefined });
  writeFileSync(join(folder.path, "report.20260101.000000.1.0.001.json"), "{}");
  writeFileSync(join(folder.path, "planted"), "");
  symlinkSync("/etc/passwd", join(folder.path, "report.20260101.000000.1.0.002.json"));
  mkdirSync(join(folder.path, "Heap.20260101.000000.1.0.001.heapsnapshot"));
  const id = basename(folder.path).slice("pi-".length);
  const kept = `i-${id}-report.20260101.000000.1.0.001.json`;
  expect(await folder.collect()).toEqual([join(directory, kept)]);
  expect(readdirSync(directory).sort()).toEqual([kept, ...others].sort());
});

test("two processes of the same numbers have folders of their own", async () => {
  const directory = useDirectory();
  const options = resolveDiagnostics({ directory }) ?? expect.fail();
  const owner = { isolate: "i", isolatorId: 1, serial: 1, identity: undefined };
  const folders = [new DiagnosticsFolder(options, owner), new DiagnosticsFolder(options, owner)];
  expect(readdirSync(directory)).toHaveLength(2);
  for (const folder of folders) expect(await folder.collect()).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

test.each([
  ["here", "diagnostics must be an object; received 'here'"],
  [{}, "diagnostics.directory must be a folder that exists; received undefined"],
  [{ directory: "/no/such/folder" }, "diagnostics.directory must be a folder that exists; received '/no/such/folder'"],
  [{ directory: "/", report: 1 }, "diagnostics.report must be true or false; received 1"],
  [{ directory: "/", report: false }, "diagnostics.report must be true where there is no heapSnapshot; received false"],
  [
    { directory: "/", heapsnapshot: true },
    'diagnostics has no "heapsnapshot"; did you mean "heapSnapshot"?; what it has: ',
  ],
])("%j is refused", (value, message) => {
  expect(() => resolveDiagnostics(value)).toThrow(message);
});

import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { nodeOfLine } from "../../../scripts/node-versions.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BOOT = join(ROOT, "test/fixtures/modules/boot.cjs");

export interface TestedNode {
  major: number;
  /** Undefined if this line of Node is not here; the label says how to fetch it. */
  execPath: string | undefined;
  label: string;
}

const isComplete = process.env.CI === "true";

/** The Node that runs the tests, and each newer one that `scripts/node-versions.mjs` has fetched. */
export const NODES: readonly TestedNode[] = await Promise.all(
  [20, 22, 24, 26].map(async (major) => {
    const isThis = Number(process.versions.node.split(".")[0]) === major;
    // In CI a Node that is missing is fetched, or fails the tests.
    const execPath = isThis ? process.execPath : isComplete ? await nodeOfLine(major) : fetchedNode(major);
    const hint = execPath === undefined ? ` (skipped: run "node scripts/node-versions.mjs ${major}" to fetch it)` : "";
    return { major, execPath, label: `Node ${major}${hint}` };
  }),
);

function fetchedNode(major: number): string | undefined {
  const packages = join(ROOT, `node_modules/.cache/nodes/${major}/node_modules`);
  const names = existsSync(packages) ? readdirSync(packages) : [];
  const binary = process.platform === "win32" ? "node.exe" : "node";
  return names.map((name) => join(packages, name, "bin", binary)).find((path) => existsSync(path));
}

export type Step = { load: string; path?: unknown; args?: unknown[] } | { loadTogether: string[] } | { global: string };

export interface Failure {
  name: string;
  message: string;
  code?: string;
  stack: string;
  cause?: Failure & { thrown?: unknown };
}

export interface Outcome {
  value?: unknown;
  isUndefined?: boolean;
  error?: Failure;
}

export interface PlayOptions {
  sourceMaps?: boolean;
  failFirstPreparation?: boolean;
  /** Turns Node's permission model on, with nothing readable but `from`, the bundle and what starts it. */
  permissionFlag?: string;
}

/** Bundles pihost/modules for the tests of this file; returns how to play steps against it in a process of its own. */
export function useBundledLoader() {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pihost-bundle-"));
    await build({
      entryPoints: [join(ROOT, "pihost/modules/index.ts")],
      outfile: join(folder, "bundle.cjs"),
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      logLevel: "error",
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  return async function play(
    execPath: string,
    from: string,
    steps: Step[],
    { permissionFlag, ...options }: PlayOptions = {},
  ): Promise<{ outcomes: Outcome[]; stderr: string }> {
    const argv = [BOOT, join(folder, "bundle.cjs"), from, JSON.stringify(steps), JSON.stringify(options)];
    const readable = [`${from}/*`, `${folder}/*`, BOOT].map((path) => `--allow-fs-read=${path}`);
    const nodeFlags = permissionFlag === undefined ? [] : [permissionFlag, ...readable];
    const env = { PATH: process.env.PATH ?? "" };
    const child = spawn(execPath, [...nodeFlags, ...argv], { env, stdio: ["ignore", "ignore", "pipe", "pipe"] });
    const [report, stderr] = await Promise.all([
      text(child.stdio[3] as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
    ]);
    const lines = report.split("\n").filter((line) => line !== "");
    if (lines.length !== steps.length) throw new Error(`played ${lines.length} of ${steps.length} steps:\n${stderr}`);
    return { outcomes: lines.map((line) => JSON.parse(line) as Outcome), stderr };
  };
}

/** Writes files into a fresh folder, gone when the test is; `"tsx"` among `packages` makes the repository's tsx its own. */
export function useProject(files: Record<string, string>, { tsx = false, name = "project" } = {}): string {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "pihost-modules-")));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const root = join(parent, name);
  for (const [path, content] of Object.entries({ "package.json": "{}", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  if (tsx) {
    mkdirSync(join(root, "node_modules"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules/tsx"), join(root, "node_modules/tsx"), "dir");
  }
  return root;
}

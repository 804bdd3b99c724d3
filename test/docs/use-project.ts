import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { useDirectory } from "../helpers/use-directory.js";
import { REPOSITORY } from "./markdown.js";

/** What a program of a document came to. */
export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user's project with the package installed, which goes with the test. */
export interface Project {
  readonly path: string;
  /** Runs a program in it to its end. */
  run(command: string, args: readonly string[], searchPath?: string): Promise<Result>;
}

const LINKED = ["process-isolation", "tsx", "@types", "undici-types", "@grpc", "@opentelemetry", "prom-client"];

/** Makes the project, with these files in it. */
export function useProject(files: ReadonlyMap<string, string>): Project {
  const path = useDirectory();
  const modules = join(path, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  for (const name of LINKED) {
    symlinkSync(
      name === "process-isolation" ? REPOSITORY : join(REPOSITORY, "node_modules", name),
      join(modules, name),
    );
  }
  symlinkSync(join(REPOSITORY, "dist/cli/main.mjs"), join(modules, ".bin/pihost"));
  writeFileSync(join(path, "package.json"), '{ "private": true, "type": "module" }\n');
  for (const [name, content] of files) writeFileSync(join(path, name), content);
  return { path, run: (command, args, searchPath) => run(path, command, args, searchPath) };
}

async function run(cwd: string, command: string, args: readonly string[], searchPath?: string): Promise<Result> {
  const PATH = [searchPath, process.env.PATH].filter((part) => part !== undefined).join(delimiter);
  const child = spawn(command, args, { cwd, env: { ...process.env, PATH }, stdio: ["ignore", "pipe", "pipe"] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

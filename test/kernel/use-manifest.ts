import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KernelManifest, type ResolvedManifest, readManifest } from "../../src/kernel/manifest/index.js";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";

/** Writes a manifest into a folder of the test; its path. */
export function useManifestFile(text: string, name = "pihost.yaml"): string {
  const file = join(useDirectory(), name);
  writeFileSync(file, text);
  return file;
}

export function readYaml(text: string): Promise<ResolvedManifest> {
  return readManifest(useManifestFile(text));
}

/** The lines of the error that a manifest's text is refused with; files stand there as their names alone. */
export async function problemsOf(text: string, name = "pihost.yaml"): Promise<string[]> {
  return linesOf(readManifest(useManifestFile(text, name)));
}

/** The same for a manifest that is an object, and may be any. */
export async function problemsOfObject(manifest: unknown): Promise<string[]> {
  return linesOf(readManifest(manifest as KernelManifest));
}

async function linesOf(reading: Promise<unknown>): Promise<string[]> {
  const { code, message } = await isolationError(reading);
  if (code !== "INVALID_OPTION") throw new Error(`expected INVALID_OPTION, received ${message}`);
  return message
    .slice("INVALID_OPTION: ".length)
    .split("\n")
    .map((line) => line.trim().replace(/^\/\S*\/(?=pihost\.)/, ""));
}

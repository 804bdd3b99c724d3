import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readKernelText } from "../../platform/index.js";

/** A file of a group and what to write into it. Where it is optional, a kernel without it will do. */
export interface Setting {
  readonly file: string;
  readonly value: string;
  readonly optional?: boolean;
}

/** Writes the settings in order; throws what the kernel answers to one that is not optional, with its `code`. */
export function writeSettings(folder: string, settings: readonly Setting[]): void {
  for (const { file, value, optional = false } of settings) {
    try {
      writeFileSync(join(folder, file), value);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const message = `the kernel answered ${code} to ${JSON.stringify(value)} for ${join(folder, file)}`;
      if (!optional) throw Object.assign(new Error(message, { cause: error }), { code });
    }
  }
}

/** The text of a group's file; empty where there is none, as in a group that is gone. */
export function readCgroupFile(folder: string, file: string): string {
  try {
    return readKernelText(join(folder, file));
  } catch {
    return "";
  }
}

/** The number that a file consists of; undefined where it is absent or says `max`. */
export function readNumber(folder: string, file: string): number | undefined {
  const text = readCgroupFile(folder, file).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** One number of a file of lines `NAME NUMBER`; 0 where it is absent. */
export function readField(folder: string, file: string, name: string): number {
  return fieldOf(readCgroupFile(folder, file), name);
}

export function fieldOf(text: string, name: string): number {
  for (const line of text.split("\n")) {
    if (line.startsWith(`${name} `)) return Number(line.slice(name.length + 1));
  }
  return 0;
}

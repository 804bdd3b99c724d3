import { statSync } from "node:fs";

export type FileKind = "file" | "directory" | "missing" | "unreadable";

/** What `path` is, links followed. "unreadable" covers file permissions and Node's permission model. */
export function fileKind(path: string): FileKind {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return "missing";
    return stats.isDirectory() ? "directory" : "file";
  } catch {
    return "unreadable";
  }
}

/** Whether a URL is that of a TypeScript file, by its name. */
export function isTypeScript(url: string): boolean {
  return /^file:.*\.(?:[mc]?ts|tsx)(?:[?#].*)?$/.test(url);
}

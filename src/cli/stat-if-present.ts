import { type Stats, statSync } from "node:fs";

/** What lies at a path, symbolic links followed; undefined where nothing does, or nothing that can be looked at. */
export function statIfPresent(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

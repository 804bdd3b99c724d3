import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { IsolationError } from "../errors/index.js";
import { newPrivateName } from "./private-name.js";

/** Makes a directory in `temporary`, which lies in the user's profile: its access list already admits only the user. */
export function createWindowsDirectory(temporary: string): string {
  const path = join(temporary, newPrivateName());
  try {
    mkdirSync(path);
    return path;
  } catch (cause) {
    throw new IsolationError("START_FAILED", `no private directory could be made in ${temporary}; set TEMP`, { cause });
  }
}

/** Whether `path` is still a directory and no link; Windows reports neither owner nor mode through `stat`. */
export function isPrivateWindowsDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Removes the directory with all it holds; Windows refuses for a moment after a file in it was closed. */
export function removeWindowsDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 });
}

import { homedir } from "node:os";
import { join, parse } from "node:path";
import { defaultEnvironment } from "./default-environment.js";
import { forThisSystem } from "./for-this-system.js";

/** The user's folder for cached data of this package; below it lies what V8 made of the executable. */
export function codeCacheFolder(environment: NodeJS.ProcessEnv = defaultEnvironment(), home = homeOrRoot()): string {
  return folderOnThisSystem(environment, home);
}

const folderOnThisSystem = forThisSystem<(environment: NodeJS.ProcessEnv, home: string) => string>({
  linux: ({ XDG_CACHE_HOME }, home) => join(XDG_CACHE_HOME || join(home, ".cache"), "process-isolation"),
  macos: (_, home) => join(home, "Library", "Caches", "process-isolation"),
  windows: ({ LOCALAPPDATA }, home) => join(LOCALAPPDATA || join(home, ".cache"), "process-isolation", "cache"),
});

/** A user that /etc/passwd does not know, as in an empty image, has no home. */
function homeOrRoot(): string {
  try {
    return homedir();
  } catch {
    return parse(process.cwd()).root;
  }
}

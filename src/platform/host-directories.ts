import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forThisSystem } from "./for-this-system.js";
import { isPrivatePosixDirectory, posixParents } from "./host-directory.posix.js";
import { isPrivateWindowsDirectory } from "./host-directory.windows.js";
import { isPrivateName } from "./private-name.js";

const posix = { parents: () => posixParents(process.env, tmpdir()), isPrivate: isPrivatePosixDirectory };

const system = forThisSystem<{ parents: () => string[]; isPrivate: (path: string) => boolean }>({
  linux: posix,
  macos: posix,
  windows: { parents: () => [tmpdir()], isPrivate: isPrivateWindowsDirectory },
});

/**
 * What may be the private directories of host processes of this user, as far as they lie where `hostDirectory` puts them.
 * Good for reading what is in them; for a program that does nothing else, since it looks through whole directories.
 */
export function hostDirectories(): string[] {
  return system
    .parents()
    .flatMap((parent) => entriesOf(parent).map((name) => join(parent, name)))
    .filter((path) => system.isPrivate(path));
}

function entriesOf(parent: string): string[] {
  try {
    return readdirSync(parent).filter(isPrivateName);
  } catch {
    return [];
  }
}

import { forThisSystem } from "../platform/for-this-system.js";
import { linuxStrayDescriptors } from "./stray-descriptors.linux.js";

/** A descriptor that every child gets though nobody means it to. */
export interface StrayDescriptor {
  readonly number: number;
  /** The device and the inode of what it leads to: `8:17`. */
  readonly file: string;
}

/** The first descriptor that a child is not given on purpose. */
const FIRST_STRAY = 5;

// libuv closes everything else itself on macOS, by POSIX_SPAWN_CLOEXEC_DEFAULT, and on Windows, by a list of handles.
const find = forThisSystem<(first: number) => StrayDescriptor[]>({
  linux: linuxStrayDescriptors,
  macos: () => [],
  windows: () => [],
});

let found: StrayDescriptor[] | undefined;

/**
 * What whoever started this host had left open for its children, and Node.js does not close: at its start it looks at
 * the descriptors up to 15, and above only as long as there is no gap. Found once: nothing is inherited later.
 */
export function strayDescriptors(): StrayDescriptor[] {
  found ??= find(FIRST_STRAY);
  return found;
}

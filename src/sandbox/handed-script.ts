/** Where a process finds its boot script by a descriptor, which leads to the file though a folder above it is closed. */
export const HANDED_SCRIPT = "/proc/self/fd/5";

/** One implementation per operating system that the framework runs on. */
export interface Implementations<T> {
  linux: T;
  /** Also taken on the BSDs and other POSIX systems, which lack Linux's /proc. */
  macos: T;
  windows: T;
}

/** The implementation for the system this process runs on: the only place that asks which one it is. */
export function forThisSystem<T>(implementations: Implementations<T>, platform: string = process.platform): T {
  if (platform === "win32") return implementations.windows;
  if (platform === "linux" || platform === "android") return implementations.linux;
  return implementations.macos;
}

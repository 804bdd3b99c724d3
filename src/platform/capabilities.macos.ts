import type { Capability } from "./capabilities.js";
import { probeReaper, probeSocketDirectory, probeStartTimes } from "./capabilities.posix.js";
import { MACOS_PATH_LIMIT } from "./socket-address.posix.js";

export function macosCapabilities(): Capability[] {
  return [probeSocketDirectory(MACOS_PATH_LIMIT), probeReaper(), probeStartTimes()];
}

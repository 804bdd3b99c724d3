import { linuxCapabilities } from "./capabilities.linux.js";
import { macosCapabilities } from "./capabilities.macos.js";
import { probeCodeCache, probeNodeVersion, probePermissionModel, probeTypeScript } from "./capabilities.node.js";
import { windowsCapabilities } from "./capabilities.windows.js";
import { forThisSystem } from "./for-this-system.js";

/** One thing that a machine does or does not offer, with what depends on it. */
export interface Capability {
  /** What was looked for. */
  readonly name: string;
  /** `limited`: it is there, and not all of it can be used. */
  readonly status: "ok" | "limited" | "missing";
  /** What was found: a version, a path, the part that is missing. */
  readonly found: string;
  /** Why it matters, in one line. */
  readonly matters: string;
  /** Whether nothing works without it. */
  readonly essential: boolean;
}

const ofThisSystem = forThisSystem({
  linux: linuxCapabilities,
  macos: macosCapabilities,
  windows: windowsCapabilities,
});

/**
 * What this machine supports, as far as this process can see. Takes milliseconds and changes nothing: where only a trial
 * tells (a folder made in a cgroup), it is undone before this returns.
 */
export function probeCapabilities(): Capability[] {
  return [probeNodeVersion(), probeTypeScript(), probePermissionModel(), probeCodeCache(), ...ofThisSystem()];
}

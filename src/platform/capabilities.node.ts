import { codeCacheFolder } from "./capabilities.code-cache.js";
import { probeWritable } from "./capabilities.files.js";
import type { Capability } from "./capabilities.js";

/** The oldest Node.js that the package supports, as `[major, minor]`. */
const OLDEST = [20, 19] as const;

export function probeNodeVersion(version: string = process.versions.node): Capability {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isSupported = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return {
    name: "Node.js",
    status: isSupported ? "ok" : "missing",
    found: isSupported ? version : `${version}, older than ${OLDEST.join(".")}`,
    matters: `isolates run on Node.js ${OLDEST.join(".")} or newer`,
    essential: true,
  };
}

/** @param features what Node.js says of itself; `typescript` is "strip", "transform" or false, and new in 22.10 */
export function probeTypeScript(features: object = process.features): Capability {
  const { typescript } = features as { readonly typescript?: unknown };
  return {
    name: "TypeScript",
    status: typescript ? "ok" : "limited",
    found: typescript ? `Node.js itself (${String(typescript)})` : "by tsx, where the module's project has it",
    matters: "modules written in TypeScript load without a build",
    essential: false,
  };
}

/** @param flags the command-line flags that this Node.js knows */
export function probePermissionModel(flags: ReadonlySet<string> = process.allowedNodeEnvironmentFlags): Capability {
  const flag = ["--permission", "--experimental-permission"].find((candidate) => flags.has(candidate));
  const network = flags.has("--allow-net") ? ", network too" : "; it does not cover the network";
  return {
    name: "permission model",
    status: flag === "--permission" ? "ok" : flag === undefined ? "missing" : "limited",
    found: flag === undefined ? "not in this Node.js" : `${flag}${network}`,
    matters: "what user code may read, write and start can be fenced",
    essential: false,
  };
}

export function probeCodeCache(folder: string = codeCacheFolder()): Capability {
  const problem = probeWritable(folder);
  return {
    name: "code cache",
    status: problem === undefined ? "ok" : "limited",
    found: problem ?? folder,
    matters: "a process starts some 15 ms sooner when its code is cached",
    essential: false,
  };
}

import { IsolationError, invalidOption, ownOptions } from "../errors/index.js";
import type { NodeRuntime } from "./node-runtime.js";

/** What module files must be. Once it is given, nothing else is loaded for a call. */
export interface IntegrityOptions {
  /**
   * The SHA-256 of a module file's bytes: 64 hexadecimal digits, as `sha256sum` prints them. One for every module that is
   * called, which is right for an isolate of one module; or one for each, by the names that calls use, resolved in `from`:
   * `{ "./plugin.js": "9f86…", "left-pad": "2c26…" }`.
   */
  sha256: string | Readonly<Record<string, string>>;
}

/** One digest after validation: lower case. */
export interface ModuleIntegrity {
  /** As a call names it; empty for every module. */
  readonly module: string;
  readonly sha256: string;
}

const DIGEST = /^[0-9a-f]{64}$/i;

/**
 * Frozen; empty when nothing is to be checked.
 *
 * @param restricted the Node that runs the child, where it runs with permissions and without worker threads
 * @throws IsolationError `INVALID_OPTION` for a bad value, and where that Node could not check
 */
export function resolveIntegrity(value: unknown, restricted?: NodeRuntime): readonly ModuleIntegrity[] {
  if (value === undefined) return NOTHING;
  const { sha256 } = ownOptions("integrity", value, ["sha256"]);
  if (restricted !== undefined && !hasSynchronousHooks(restricted.version)) {
    const message = `integrity beside permissions needs permissions.worker, or Node 22.15; this is ${restricted.version}`;
    throw new IsolationError("INVALID_OPTION", message);
  }
  if (typeof sha256 !== "object") return Object.freeze([{ module: "", sha256: digestOf("integrity.sha256", sha256) }]);
  const modules = Object.entries(ownOptions("integrity.sha256", sha256, Object.keys(Object(sha256))));
  if (modules.length === 0 || modules.some(([module]) => module === "")) {
    throw invalidOption("integrity.sha256", "a digest, or an object of digests by the names of modules", sha256);
  }
  return Object.freeze(
    modules.map(([module, digest]) => ({
      module,
      sha256: digestOf(`integrity.sha256[${JSON.stringify(module)}]`, digest),
    })),
  );
}

const NOTHING: readonly ModuleIntegrity[] = Object.freeze([]);

function digestOf(name: string, value: unknown): string {
  if (typeof value === "string" && DIGEST.test(value)) return value.toLowerCase();
  throw invalidOption(name, "64 hexadecimal digits", value);
}

/** `module.registerHooks` came with Node 22.15 and 23.5. */
function hasSynchronousHooks(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 15);
}
